use super::pass::Pass;
use super::system::solve;
use super::{Fit, FitPoints};
use crate::network::Activation;
use crate::training::{Loss, Perceptron};

fn shape(inputs: usize, hidden: &[usize], activation: &Activation, outputs: usize) -> Perceptron {
    Perceptron::new(inputs, hidden, activation, outputs, Loss::MeanSquares).expect("a shape")
}

fn sampled(f: impl Fn(f64) -> f64) -> FitPoints {
    let mut points = FitPoints::new(1, 1);
    for k in -64..=64 {
        let x = f64::from(k) / 64.0;
        points.push(&[x], &[f(x)]);
    }
    points
}

#[test]
fn gradients_are_those_of_central_differences() {
    for activation in [Activation::Tanh, Activation::Sigmoid, Activation::Relu] {
        let shape = shape(2, &[3, 2], &activation, 2);
        let mut points = FitPoints::new(2, 2);
        points.push(&[0.3, -0.7], &[0.5, 1.0]);
        let largest = vec![100.0; shape.parameters()];
        let fit = Fit {
            perceptron: &shape,
            points: &points,
            largest: &largest,
            decay: 0.0,
        };
        let parameters = fit.start(7);
        let mut gradient = vec![0.0; parameters.len()];
        for output in 0..2 {
            let mut pass = Pass::new(&shape);
            pass.forward(&parameters, &[0.3, -0.7]);
            pass.backward(&parameters, &[0.3, -0.7], output, &mut gradient);
            for (place, derivative) in gradient.iter().enumerate() {
                let mut at = |step: f64| {
                    let mut moved = parameters.clone();
                    moved[place] += step;
                    pass.forward(&moved, &[0.3, -0.7])[output]
                };
                let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!((difference - derivative).abs() < 1e-6, "{place}");
            }
        }
    }
}

#[test]
fn systems_are_solved_and_indefinite_ones_refused() {
    let matrix = [4.0, 0.0, 0.0, 2.0, 5.0, 0.0, -2.0, 1.0, 6.0];
    let answer = [1.0, -2.0, 3.0];
    // The product of the symmetric matrix with the answer.
    let mut right = [4.0 - 4.0 - 6.0, 2.0 - 10.0 + 3.0, -2.0 - 2.0 + 18.0];
    assert!(solve(&mut matrix.to_vec(), &mut right));
    for (found, expected) in right.iter().zip(answer) {
        assert!((found - expected).abs() < 1e-12);
    }
    assert!(!solve(&mut [1.0, 0.0, 2.0, 1.0], &mut [1.0, 1.0]));
    assert!(!solve(&mut [f64::NAN], &mut [1.0]));
}

#[test]
fn higher_powers_lower_the_largest_error() {
    let points = sampled(|x| libm::exp(2.0 * x));
    let shape = shape(1, &[2], &Activation::Tanh, 1);
    let largest = vec![1000.0; shape.parameters()];
    let fit = Fit {
        perceptron: &shape,
        points: &points,
        largest: &largest,
        decay: 1e-10,
    };
    let squares = fit.descend(fit.start(3), 2, 300);
    let mut found = squares.clone();
    for power in [4, 8, 16, 32] {
        found = fit.descend(found.parameters, power, 100);
    }
    assert!(found.largest < 0.8 * squares.largest);
    assert!(found.mean <= found.largest);
    // Chebyshev 1854: the best fit alternates, so errors of both signs come near the largest.
    let mut errors = Vec::new();
    fit.errors(&found.parameters, &mut errors);
    let near = |sign: f64| errors.iter().any(|e| sign * e > 0.9 * found.largest);
    assert!(near(1.0) && near(-1.0));
}

#[test]
fn parameters_stay_within_their_limits() {
    let points = sampled(|x| if x > 0.1 { 1.0 } else { 0.0 });
    let shape = shape(1, &[1], &Activation::Tanh, 1);
    let mut largest = vec![5.0; shape.parameters()];
    largest[1] = 0.0;
    let fit = Fit {
        perceptron: &shape,
        points: &points,
        largest: &largest,
        decay: 0.0,
    };
    let found = fit.descend(fit.start(1), 2, 200);
    assert!(found.parameters.iter().all(|p| p.abs() <= 5.0));
    assert!(found.parameters[0].abs() > 4.9, "a step wants to be steep");
    assert!(found.parameters[1].abs() == 0.0, "a limit of 0 keeps 0");
}

#[test]
fn points_that_are_not_finite_are_left_out() {
    let mut points = FitPoints::new(1, 1);
    points.push(&[0.0], &[f64::INFINITY]);
    points.push(&[f64::NAN], &[0.0]);
    points.push(&[0.0], &[1.0]);
    assert_eq!(points.count(), 1);
}
