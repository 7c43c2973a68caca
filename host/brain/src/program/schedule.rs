//! From instructions in the order of the spec to blocks that can be run: loops through delays are
//! brought together, and backward learns where gradients are overwritten, added or cleared.

use super::{Block, Instruction, Operation, Program, Slot, Source};

/// Orders the instructions, lays out the slots in that order, and plans the gradients.
///
/// Every input but those of delays reads the sensation or a slot written before.
pub(super) fn schedule(program: &mut Program) {
    let components = components(&successors(program));
    let mut order = Vec::new();
    for component in &components {
        let start = order.len();
        order.extend(component.iter().copied());
        program.blocks.push(Block {
            instructions: start..order.len(),
            stepped: component.len() > 1 || reads_itself(program, component[0]),
        });
    }
    reorder(program, &order);
    find_differentiable(program);
    plan_gradients(program);
}

/// The instruction that writes each slot.
fn writers(program: &Program) -> Vec<usize> {
    let mut writers = vec![0; program.slots.len()];
    for (i, instruction) in program.instructions.iter().enumerate() {
        for slot in written(instruction) {
            writers[slot] = i;
        }
    }
    writers
}

/// The slots that an instruction writes.
fn written(instruction: &Instruction) -> std::ops::Range<usize> {
    let beside = match &instruction.operation {
        Operation::Cell(cell) => usize::from(cell.kind.second_width() > 0),
        _ => 0,
    };
    instruction.slot..instruction.slot + 1 + beside
}

fn sources(instruction: &Instruction) -> impl Iterator<Item = usize> {
    instruction
        .operation
        .inputs()
        .filter_map(|input| match input.view.source {
            Source::Slot(slot) => Some(slot),
            Source::Sensation => None,
        })
}

fn reads_itself(program: &Program, i: usize) -> bool {
    let instruction = &program.instructions[i];
    sources(instruction).any(|slot| written(instruction).contains(&slot))
}

/// For each instruction, those that read what it writes, delayed or not.
fn successors(program: &Program) -> Vec<Vec<usize>> {
    let writers = writers(program);
    let mut successors = vec![Vec::new(); program.instructions.len()];
    for (i, instruction) in program.instructions.iter().enumerate() {
        for slot in sources(instruction) {
            successors[writers[slot]].push(i);
        }
    }
    successors
}

/// Strongly connected components in topological order, each in ascending order (Tarjan 1972).
///
/// Ascending order within a loop is one in which every input that is not delayed comes first,
/// because the compiler emits instructions so.
fn components(successors: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let n = successors.len();
    let (mut index, mut low) = (vec![NEW; n], vec![0; n]);
    let (mut stack, mut on_stack) = (Vec::new(), vec![false; n]);
    // Instructions whose successors are being visited, each with how many are left. A list and no
    // calls within calls: a graph may be deeper than a thread's stack.
    let mut path: Vec<(usize, usize)> = Vec::new();
    let mut next = 0;
    let mut found = Vec::new();
    for root in (0..n).rev() {
        if index[root] != NEW {
            continue;
        }
        path.push((root, successors[root].len()));
        while let Some((i, left)) = path.last_mut() {
            let i = *i;
            if index[i] == NEW {
                index[i] = next;
                low[i] = next;
                next += 1;
                stack.push(i);
                on_stack[i] = true;
            }
            // Backwards, so that of independent instructions the earlier comes first in the end.
            if *left > 0 {
                *left -= 1;
                let j = successors[i][*left];
                if index[j] == NEW {
                    path.push((j, successors[j].len()));
                } else if on_stack[j] {
                    low[i] = low[i].min(index[j]);
                }
                continue;
            }
            path.pop();
            if let Some((before, _)) = path.last() {
                low[*before] = low[*before].min(low[i]);
            }
            if low[i] == index[i] {
                let at = stack.iter().rposition(|&j| j == i).unwrap_or(0);
                let mut component = stack.split_off(at);
                for &j in &component {
                    on_stack[j] = false;
                }
                component.sort_unstable();
                found.push(component);
            }
        }
    }
    found.reverse();
    found
}

/// Puts instructions into an order, and their slots into the same.
fn reorder(program: &mut Program, order: &[usize]) {
    let mut new_of_old = vec![0; program.slots.len()];
    let mut slots = Vec::new();
    let mut before = 0;
    for &i in order {
        for old in written(&program.instructions[i]) {
            new_of_old[old] = slots.len();
            let width = program.slots[old].width;
            slots.push(Slot { before, width });
            before += width;
        }
    }
    program.slots = slots;
    program.instructions = order
        .iter()
        .map(|&i| program.instructions[i].clone())
        .collect();
    let renamed = |source: &mut Source| {
        if let Source::Slot(slot) = source {
            *slot = new_of_old[*slot];
        }
    };
    for instruction in &mut program.instructions {
        instruction.slot = new_of_old[instruction.slot];
        for input in instruction.operation.inputs_mut() {
            renamed(&mut input.view.source);
        }
    }
    for remembered in &mut program.remembered {
        renamed(&mut remembered.view.source);
    }
    for output in &mut program.outputs {
        renamed(&mut output.view.source);
    }
    program.policy = new_of_old[program.policy];
    program.value = new_of_old[program.value];
}

/// A slot is differentiable where its instruction has parameters or reads a differentiable slot;
/// loops need more than one look.
fn find_differentiable(program: &mut Program) {
    let mut differentiable = vec![false; program.slots.len()];
    loop {
        let mut changed = false;
        for instruction in &program.instructions {
            let is = instruction.operation.has_parameters()
                || sources(instruction).any(|slot| differentiable[slot]);
            for slot in written(instruction) {
                changed |= is && !differentiable[slot];
                differentiable[slot] |= is;
            }
        }
        if !changed {
            break;
        }
    }
    for instruction in &mut program.instructions {
        for input in instruction.operation.inputs_mut() {
            input.differentiate = match input.view.source {
                Source::Slot(slot) => differentiable[slot],
                Source::Sensation => false,
            };
        }
    }
    program.differentiable = differentiable;
}

/// Decides which gradients are overwritten, added to, or cleared first: backward runs the
/// instructions in reverse, and the first to write a slot's gradient may overwrite all of it. What
/// is written step by step from a loop, or one step earlier by a delay, is cleared and added to.
fn plan_gradients(program: &mut Program) {
    let mut cleared = vec![false; program.slots.len()];
    for block in program.blocks.iter().filter(|block| block.stepped) {
        for instruction in &program.instructions[block.instructions.clone()] {
            for slot in written(instruction) {
                cleared[slot] = true;
            }
        }
    }
    for instruction in &program.instructions {
        if let Operation::Delay { input, .. } = &instruction.operation
            && let Source::Slot(slot) = input.view.source
        {
            cleared[slot] = true;
        }
    }
    for instruction in &program.instructions {
        if let Operation::Cell(_) = &instruction.operation {
            // Nothing but the cell reads these, and it writes all of them.
            for slot in sources(instruction) {
                cleared[slot] = false;
            }
        }
    }
    let mut written = cleared.clone();
    for instruction in program.instructions.iter_mut().rev() {
        for input in instruction.operation.inputs_mut() {
            let Source::Slot(slot) = input.view.source else {
                continue;
            };
            if !input.differentiate {
                continue;
            }
            let whole = input.view.width == program.slots[slot].width;
            cleared[slot] |= !written[slot] && !whole;
            input.accumulate = written[slot] || !whole;
            written[slot] = true;
        }
    }
    program.cleared = (0..cleared.len()).filter(|&slot| cleared[slot]).collect();
}
