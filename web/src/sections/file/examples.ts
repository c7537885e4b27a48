// Small networks for readers who have no file: two built by formula, one trained.

/** A network to try. */
export interface Example {
  id: string;
  /** On its button. */
  label: string;
  /** What it is. */
  about: string;
  /** The text of its file. */
  text: string;
  domain: string;
  target: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    id: "tower", label: "A tower (by formula)", domain: "x=-1..1, y=-1..1",
    about: "Built by formula: four steep sigmoids, and one that joins them.",
    target: "x >= -1/2 and x < 1/2 and y >= -1/2 and y < 1/2",
    text: "{\"steeple_network\":1,\"inputs\":[\"x\",\"y\"],\"outputs\":[\"z\"],\"layers\":[{\"activation\":\"sigmoid\",\"weights\":[[\"20\",\"0\"],[\"20\",\"0\"],[\"0\",\"20\"],[\"0\",\"20\"]],\"bias\":[\"10\",\"-10\",\"10\",\"-10\"]},{\"activation\":\"sigmoid\",\"weights\":[[\"40\",\"-40\",\"40\",\"-40\"]],\"bias\":[\"-60\"]},{\"activation\":\"identity\",\"weights\":[[\"1\"]],\"bias\":[\"0\"]}]}",
  },
  {
    id: "bowl", label: "A bowl (trained)", domain: "x=-1..1, y=-1..1", target: "x^2 + y^2",
    about: "Trained on 1000 points of x² + y²: three sigmoids.",
    text: "{\"steeple_network\":1,\"inputs\":[\"x\",\"y\"],\"outputs\":[\"z\"],\"layers\":[{\"activation\":\"sigmoid\",\"weights\":[[\"6042765226240743/18014398509481984\",\"7115497948836221/18014398509481984\"],[\"-2782334706979585/4503599627370496\",\"2602676201448975/36028797018963968\"],[\"-7946583349299061/36028797018963968\",\"721502474968255/1125899906842624\"]],\"bias\":[\"-6145744261943761/4503599627370496\",\"-3054148099589259/2251799813685248\",\"191898558629413/140737488355328\"]},{\"activation\":\"identity\",\"weights\":[[\"6732387499189585/140737488355328\",\"1331640503242499/35184372088832\",\"-2374728577332017/70368744177664\"]],\"bias\":[\"2639842362247563/281474976710656\"]}]}",
  },
  {
    id: "stairs", label: "Stairs (by formula)", domain: "x=0..1", target: "sin(2*pi*x)",
    about: "Built by formula: steep sigmoids, added up to a staircase under a sine.",
    text: "{\"steeple_network\":1,\"inputs\":[\"x\"],\"outputs\":[\"z\"],\"layers\":[{\"activation\":\"sigmoid\",\"weights\":[[\"480\"],[\"480\"],[\"480\"],[\"480\"],[\"480\"],[\"480\"],[\"480\"],[\"480\"],[\"480\"]],\"bias\":[\"-40\",\"-80\",\"-160\",\"-200\",\"-240\",\"-280\",\"-320\",\"-400\",\"-440\"]},{\"activation\":\"identity\",\"weights\":[[\"246448789207/549755813888\",\"71143637395/274877906944\",\"-71143637395/274877906944\",\"-246448789207/549755813888\",\"-71143637395/137438953472\",\"-246448789207/549755813888\",\"-71143637395/274877906944\",\"71143637395/274877906944\",\"246448789207/549755813888\"]],\"bias\":[\"71143637395/274877906944\"]}]}",
  },
];
