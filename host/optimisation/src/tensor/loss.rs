//! The PPO loss on tensors: as one operation on Flex, composed elsewhere.

use crate::loss::{LossSettings, LossSums, MAX_LOG_RATIO, RowGradients, raw_loss_and_gradient};
use crate::minibatch::Rows;
use angora_brain::Distribution;
use angora_brain::tensor::{log_prob_entropy_tensor, read, row, rows};
use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, backend_extension};
use burn::tensor::{DType, Device, Shape, Tensor};
use std::sync::{Arc, Mutex, PoisonError};

/// What the fused loss reads beside the brain's outputs, and where it leaves its sums.
#[derive(Debug, Clone)]
pub struct Minibatch {
    distribution: Distribution,
    settings: LossSettings,
    /// Their [outcomes](Rows::outcomes).
    rows: Rows,
    n: usize,
    sums: Arc<Mutex<LossSums>>,
}

/// The loss of n rows as one differentiable operation, on Flex with autodiff.
pub fn fused(
    distribution: &Distribution,
    settings: &LossSettings,
    batch: &Rows,
    n: usize,
    raw: Tensor<2>,
    values: Tensor<2>,
) -> (Tensor<1>, LossSums) {
    let sums = Arc::new(Mutex::new(LossSums::default()));
    let minibatch = Minibatch {
        distribution: distribution.clone(),
        settings: *settings,
        rows: batch.outcomes(),
        n,
        sums: sums.clone(),
    };
    let loss = Tensor::from_dispatch(<Dispatch as LossOps>::ppo_loss(
        raw.into_dispatch(),
        values.into_dispatch(),
        minibatch,
    ));
    let sums = *sums.lock().unwrap_or_else(PoisonError::into_inner);
    (loss, sums)
}

/// The operation as Burn dispatches it.
#[backend_extension(Autodiff, Flex)]
pub trait LossOps: Backend {
    /// The weighted loss `[1]` from the policy's raw parameters `[n, P]` and values `[n, 1]`.
    fn ppo_loss(
        raw: FloatTensor<Self>,
        values: FloatTensor<Self>,
        minibatch: Minibatch,
    ) -> FloatTensor<Self>;
}

/// What a backend gives so that autodiff can be put around it.
pub trait LossKernels: LossOps {
    /// The loss and its derivatives by raw parameters and values.
    fn ppo_loss_and_gradients(
        raw: FloatTensor<Self>,
        values: FloatTensor<Self>,
        minibatch: Minibatch,
    ) -> [FloatTensor<Self>; 3];
}

fn contiguous(tensor: FlexTensor) -> FlexTensor {
    if tensor.is_contiguous() && tensor.layout().start_offset() == 0 {
        tensor
    } else {
        tensor.to_contiguous()
    }
}

fn empty_like(tensor: &FlexTensor) -> FlexTensor {
    FlexTensor::empty(tensor.layout().shape().clone(), DType::F32)
}

impl LossOps for Flex {
    fn ppo_loss(raw: FlexTensor, values: FlexTensor, minibatch: Minibatch) -> FlexTensor {
        let [loss, _, _] = Self::ppo_loss_and_gradients(raw, values, minibatch);
        loss
    }
}

impl LossKernels for Flex {
    fn ppo_loss_and_gradients(
        raw: FlexTensor,
        values: FlexTensor,
        minibatch: Minibatch,
    ) -> [FlexTensor; 3] {
        let (raw, values) = (contiguous(raw), contiguous(values));
        let (mut d_raw, mut d_values) = (empty_like(&raw), empty_like(&values));
        let Minibatch {
            distribution,
            settings,
            rows,
            n,
            sums,
        } = minibatch;
        let found = raw_loss_and_gradient(
            &distribution,
            &settings,
            &rows,
            n,
            &raw.storage::<f32>()[..n * distribution.raw_len()],
            &values.storage::<f32>()[..n],
            d_raw.storage_mut::<f32>(),
            d_values.storage_mut::<f32>(),
            &mut RowGradients::new(&distribution),
        );
        let mut loss = FlexTensor::empty(Shape::from(vec![1]), DType::F32);
        loss.storage_mut::<f32>()[0] = found.weighted(&settings) as f32;
        *sums.lock().unwrap_or_else(PoisonError::into_inner) = found;
        [loss, d_raw, d_values]
    }
}

/// The node that autodiff keeps: its derivatives are known already.
#[derive(Debug)]
struct LossBackward;

impl<B: LossKernels> Backward<B, 2> for LossBackward {
    type State = [FloatTensor<B>; 2];

    fn backward(
        self,
        ops: Ops<Self::State, 2>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let upstream = gradients.consume::<B>(&ops.node);
        let upstream = B::float_reshape(upstream, Shape::from(vec![1, 1]));
        for (parent, derivative) in ops.parents.into_iter().zip(ops.state) {
            if let Some(node) = parent {
                let scaled = B::float_mul(derivative, upstream.clone());
                gradients.register::<B>(node.id, scaled);
            }
        }
    }
}

impl<B: LossKernels, C: CheckpointStrategy> LossOps for Autodiff<B, C> {
    fn ppo_loss(
        raw: FloatTensor<Self>,
        values: FloatTensor<Self>,
        minibatch: Minibatch,
    ) -> FloatTensor<Self> {
        let nodes = [raw.node(), values.node()];
        let [loss, d_raw, d_values] =
            B::ppo_loss_and_gradients(raw.into_primitive(), values.into_primitive(), minibatch);
        match LossBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(node) => node.finish([d_raw, d_values], loss),
            OpsKind::UnTracked(node) => node.finish(loss),
        }
    }
}

/// The loss of n rows from Burn's own operations, on any device.
pub fn composed(
    distribution: &Distribution,
    settings: &LossSettings,
    batch: &Rows,
    n: usize,
    raw: Tensor<2>,
    values: Tensor<2>,
    device: &Device,
) -> (Tensor<1>, LossSums) {
    let column = |numbers: &[f32]| row(&numbers[..n], device);
    let width = distribution.action_len();
    let actions = rows(&batch.actions[..n * width], width, device);
    let (log_prob, entropy) = log_prob_entropy_tensor(distribution, raw, actions);
    let free = log_prob - column(&batch.action_log_probs);
    let log_ratio = free.clone().clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO);
    let ratio = log_ratio.clone().exp();
    let advantage = column(&batch.advantages);
    let epsilon = settings.clip_range;
    let clipped = ratio.clone().clamp(1.0 - epsilon, 1.0 + epsilon) * advantage.clone();
    let policy = (ratio.clone() * advantage).min_pair(clipped).neg().sum();

    let target = column(&batch.value_targets);
    let values: Tensor<1> = values.reshape([n]);
    let plain = (values.clone() - target.clone()).square();
    let squared = match settings.value_clip_range {
        None => plain,
        Some(epsilon) => {
            let old = column(&batch.values);
            let near = old.clone() + (values - old).clamp(-epsilon, epsilon);
            plain.max_pair((near - target).square())
        }
    };
    let value = squared.sum() * 0.5;
    let entropy = entropy.sum();
    let loss = (policy.clone() + value.clone() * settings.value_coefficient
        - entropy.clone() * settings.entropy_coefficient)
        * settings.per_transition;
    let ratios = read(ratio);
    let first = |tensor: Tensor<1>| f64::from(read(tensor).first().copied().unwrap_or(f32::NAN));
    let sums = LossSums {
        policy: first(policy),
        value: first(value),
        entropy: first(entropy),
        approx_kl: read(log_ratio)
            .iter()
            .zip(&ratios)
            .map(|(log, ratio)| f64::from(ratio - 1.0 - log))
            .sum(),
        clipped: ratios
            .iter()
            .filter(|ratio| (**ratio - 1.0).abs() > epsilon)
            .count() as f64,
        overflowed: read(free)
            .iter()
            .filter(|log| log.abs() > MAX_LOG_RATIO)
            .count() as f64,
        n: n as f64,
    };
    (loss, sums)
}
