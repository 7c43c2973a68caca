//! Against scipy 1.16.3 (ttest_ind with equal_var=False, ttest_rel, mannwhitneyu).

use super::*;

const A: [f64; 5] = [475.0, 480.5, 471.25, 490.0, 468.0];
const B: [f64; 6] = [460.0, 455.5, 476.0, 449.0, 462.5, 470.0];

fn near(value: f64, expected: f64) {
    assert!(
        (value - expected).abs() < 1e-8 * expected.abs().max(1.0),
        "{value} instead of {expected}"
    );
}

#[test]
fn welch_is_as_scipys() {
    let test = welch(&A, &B).expect("enough runs");
    near(
        test.difference,
        A.iter().sum::<f64>() / 5.0 - B.iter().sum::<f64>() / 6.0,
    );
    near(test.t, 2.663363452038217);
    near(test.df, 8.938303913809033);
    near(test.p, 0.026052475405260025);
    near(test.low, 2.2137219317518184);
    near(test.high, 27.352944734914786);
    let other = welch(&B, &A).expect("enough runs");
    near(other.t, -test.t);
    near(other.p, test.p);
}

#[test]
fn paired_is_as_scipys() {
    let pairs: Vec<(f64, f64)> = A.into_iter().zip(B).collect();
    let test = paired(&pairs).expect("enough pairs");
    near(test.t, 2.0704497935614756);
    near(test.df, 4.0);
    near(test.p, 0.10717553096758632);
    near(test.low, -5.575128351892175);
    near(test.high, 38.27512835189218);
}

#[test]
fn ranks_are_as_scipys() {
    let test = mann_whitney(&A, &B).expect("enough runs");
    assert!(test.exact);
    near(test.u, 26.0);
    near(test.p, 0.05194805194805195);
    let swapped = mann_whitney(&B, &A).expect("enough runs");
    near(swapped.u, 4.0);
    near(swapped.p, 0.05194805194805195);
    let tied = mann_whitney(&[1.0, 2.0, 2.0, 3.0, 4.0], &[2.0, 3.0, 5.0, 6.0, 7.0, 8.0]);
    let tied = tied.expect("enough runs");
    assert!(!tied.exact);
    near(tied.u, 4.5);
    near(tied.p, 0.06476896969888761);
}

#[test]
fn the_effect_is_in_pooled_deviations() {
    near(hedges_g(&A, &B).expect("enough runs"), 1.4568923656149912);
}

#[test]
fn one_run_or_no_spread_tells_nothing() {
    assert_eq!(welch(&[1.0], &B), None);
    assert_eq!(welch(&[1.0, 1.0], &[1.0, 1.0]), None);
    assert_eq!(paired(&[(1.0, 2.0)]), None);
    assert_eq!(paired(&[(1.0, 2.0), (2.0, 3.0)]), None);
    assert_eq!(mann_whitney(&[1.0], &B), None);
    assert_eq!(mann_whitney(&[1.0, 1.0], &[1.0, 1.0]), None);
    assert_eq!(hedges_g(&[1.0, 1.0], &[1.0, 1.0]), None);
}
