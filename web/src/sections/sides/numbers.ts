// The weights in a network file.

/** A layer in numbers, near those of the network; zeros are exact. */
export interface LayerNumbers {
  activation: string;
  weights: number[][];
}

/** The numbers in a network file, which has them as decimals and fractions. */
export function numbersOf(file: string): LayerNumbers[] {
  const { layers } = JSON.parse(file) as { layers: { activation: string; weights: string[][] }[] };
  const near = (text: string) => {
    const [over, under] = text.split("/");
    return Number(over) / Number(under ?? 1);
  };
  return layers.map(({ activation, weights }) => ({ activation, weights: weights.map((row) => row.map(near)) }));
}
