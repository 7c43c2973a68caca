//! Expressions that are written as arithmetic.

use super::DistributionBuilder;
use angora_plugin_api::distribution::ExpressionOp as Op;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A value of a [`DistributionBuilder`]: a number, or a list of components. An operation of a list
/// and a number takes the number for each component.
#[derive(Debug, Clone, Copy)]
pub struct Expr<'d> {
    builder: &'d DistributionBuilder,
    kind: Kind,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A constant.
    Number(f64),
    /// The native action.
    Action,
    /// A parameter, by its place.
    Parameter(usize),
    /// A draw, by its place.
    Draw(usize),
    /// An operation, by its place.
    Node(usize),
}

impl<'d> Expr<'d> {
    pub(super) fn new(builder: &'d DistributionBuilder, kind: Kind) -> Self {
        Self { builder, kind }
    }

    pub(super) fn kind(self) -> Kind {
        self.kind
    }

    #[track_caller]
    pub(super) fn check(self, builder: &DistributionBuilder) {
        assert!(
            std::ptr::eq(self.builder, builder),
            "an expression of another builder"
        );
    }

    #[track_caller]
    fn apply(self, op: Op, others: &[Value<'d>]) -> Self {
        let mut inputs = vec![self.builder.operand(self.kind)];
        for other in others {
            let kind = match other {
                Value::Number(value) => Kind::Number(*value),
                Value::Expr(expr) => {
                    expr.check(self.builder);
                    expr.kind
                }
            };
            inputs.push(self.builder.operand(kind));
        }
        self.builder.push(op, &inputs, &[])
    }
}

/// An expression or a number, where either is taken.
#[derive(Debug, Clone, Copy)]
pub enum Value<'d> {
    /// A number.
    Number(f64),
    /// An expression.
    Expr(Expr<'d>),
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl<'d> From<Expr<'d>> for Value<'d> {
    fn from(expr: Expr<'d>) -> Self {
        Self::Expr(expr)
    }
}

macro_rules! unary {
    ($($(#[$meta:meta])* $name:ident $op:ident;)*) => {
        impl<'d> Expr<'d> {
            $($(#[$meta])* #[must_use] pub fn $name(self) -> Self { self.apply(Op::$op, &[]) })*
        }
    };
}

unary! {
    /// |x|.
    abs Abs;
    /// x^2.
    square Square;
    /// Square root.
    sqrt Sqrt;
    /// exp x.
    exp Exp;
    /// Natural logarithm.
    ln Ln;
    /// ln(1 + x).
    ln_1p Ln1p;
    /// Hyperbolic tangent.
    tanh Tanh;
    /// 1 / (1 + exp -x).
    sigmoid Sigmoid;
    /// ln(1 + exp x).
    softplus Softplus;
    /// ln gamma(x), x > 0.
    lgamma Lgamma;
    /// Derivative of lgamma.
    digamma Digamma;
    /// Sum over the components.
    sum Sum;
    /// ln of the sum of the exponentials of the components.
    log_sum_exp LogSumExp;
    /// The largest component.
    largest Largest;
    /// Index of the largest component; without derivative.
    arg_max ArgMax;
    /// Each component plus all before it.
    cumulative_sum CumulativeSum;
}

macro_rules! binary {
    ($($(#[$meta:meta])* $name:ident $op:ident;)*) => {
        impl<'d> Expr<'d> {
            $($(#[$meta])* #[must_use] #[track_caller]
            pub fn $name(self, other: impl Into<Value<'d>>) -> Self {
                self.apply(Op::$op, &[other.into()])
            })*
        }
    };
}

binary! {
    /// x^y, x > 0.
    pow Pow;
    /// The smaller.
    min Min;
    /// The larger.
    max Max;
    /// ln B(x, y), x, y > 0.
    ln_beta LnBeta;
    /// 1 where x < y, else 0.
    less Less;
    /// 1 where x <= y, else 0.
    less_equal LessEqual;
    /// The component with that index.
    pick Pick;
}

impl<'d> Expr<'d> {
    /// `yes` where this is not 0, else `no`.
    #[must_use]
    #[track_caller]
    pub fn select(self, yes: impl Into<Value<'d>>, no: impl Into<Value<'d>>) -> Self {
        self.apply(Op::Select, &[yes.into(), no.into()])
    }

    /// Within two bounds.
    #[must_use]
    #[track_caller]
    pub fn clamp(self, low: f64, high: f64) -> Self {
        self.max(low).min(high)
    }
}

impl Neg for Expr<'_> {
    type Output = Self;

    fn neg(self) -> Self {
        self.apply(Op::Neg, &[])
    }
}

macro_rules! operator {
    ($($trait:ident $method:ident;)*) => { $(
        impl<'d> $trait for Expr<'d> {
            type Output = Self;

            #[track_caller]
            fn $method(self, other: Self) -> Self {
                self.apply(Op::$trait, &[other.into()])
            }
        }

        impl<'d> $trait<f64> for Expr<'d> {
            type Output = Self;

            #[track_caller]
            fn $method(self, other: f64) -> Self {
                self.apply(Op::$trait, &[other.into()])
            }
        }

        impl<'d> $trait<Expr<'d>> for f64 {
            type Output = Expr<'d>;

            #[track_caller]
            fn $method(self, other: Expr<'d>) -> Expr<'d> {
                Expr::new(other.builder, Kind::Number(self)).apply(Op::$trait, &[other.into()])
            }
        }
    )* };
}

operator! {
    Add add;
    Sub sub;
    Mul mul;
    Div div;
}
