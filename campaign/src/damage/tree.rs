//! Trees with other leaves and other cuts.

use steeple::numbers::{Rational, literal};

use super::Patient;
use crate::bases::Base;
use crate::document::{LEAVES, Token, Tree, subtree_end};
use crate::random::Choices;

fn some_tree<'t>(patient: &'t mut Patient<'_>, choices: &mut Choices) -> Option<&'t mut Tree> {
    let count = patient.document.trees.len();
    patient.document.trees.get_mut(choices.below(count))
}

/// Returns the position of a token that passes a test.
fn some_token(tree: &Tree, choices: &mut Choices, test: impl Fn(&Token) -> bool) -> Option<usize> {
    let places: Vec<usize> = (0..tree.len()).filter(|k| test(&tree[*k])).collect();
    (!places.is_empty()).then(|| choices.pick(&places))
}

fn some_leaf(tree: &Tree, choices: &mut Choices) -> Option<usize> {
    some_token(tree, choices, |token| matches!(token, Token::Leaf(_)))
}

fn some_cut(tree: &Tree, choices: &mut Choices) -> Option<usize> {
    some_token(tree, choices, |token| matches!(token, Token::Cut(_)))
}

/// Returns a letter: mostly one of the tree.
fn some_letter(tree: &Tree, choices: &mut Choices) -> u8 {
    let used: Vec<u8> = tree
        .iter()
        .filter_map(|token| match token {
            Token::Leaf(letter) => Some(*letter),
            Token::Cut(_) => None,
        })
        .collect();
    if choices.once_in(2) {
        choices.pick(LEAVES)
    } else {
        choices.pick(&used)
    }
}

pub fn letter<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let at = some_leaf(tree, choices)?;
    let letter = some_letter(tree, choices);
    let is_new = tree[at] != Token::Leaf(letter);
    tree[at] = Token::Leaf(letter);
    is_new.then_some(())
}

pub fn open<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let at = some_leaf(tree, choices)?;
    tree[at] = Token::Leaf(b'o');
    Some(())
}

pub fn uniform<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let letter = some_letter(tree, choices);
    for token in tree {
        if let Token::Leaf(found) = token {
            *found = letter;
        }
    }
    Some(())
}

/// Replaces a cut and everything below it by one leaf; mostly small subtrees.
pub fn collapse<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let mut at = some_cut(tree, choices)?;
    for _ in 0..3 {
        let other = some_cut(tree, choices)?;
        let size = |at: usize| subtree_end(tree, at) - at;
        if size(other) < size(at) {
            at = other;
        }
    }
    let letter = some_letter(tree, choices);
    let end = subtree_end(tree, at);
    tree.splice(at..end, [Token::Leaf(letter)]);
    Some(())
}

/// Replaces a cut by one of its halves.
pub fn drop_half<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let at = some_cut(tree, choices)?;
    let middle = subtree_end(tree, at + 1);
    let end = subtree_end(tree, middle);
    let kept = if choices.once_in(2) {
        tree[at + 1..middle].to_vec()
    } else {
        tree[middle..end].to_vec()
    };
    tree.splice(at..end, kept);
    Some(())
}

/// Replaces a subtree by another, mostly by its sibling.
pub fn copy<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let at = some_cut(tree, choices)?;
    let middle = subtree_end(tree, at + 1);
    let end = subtree_end(tree, middle);
    let (lower, upper) = (at + 1..middle, middle..end);
    let (from, to) = if choices.once_in(2) {
        (lower, upper)
    } else {
        (upper, lower)
    };
    let from = if choices.once_in(4) {
        let other = choices.below(tree.len());
        other..subtree_end(tree, other)
    } else {
        from
    };
    if from.len() > 400 {
        return None;
    }
    let part = tree[from].to_vec();
    let is_new = part != tree[to.clone()];
    tree.splice(to, part);
    is_new.then_some(())
}

pub fn mirror<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let at = some_cut(tree, choices)?;
    let middle = subtree_end(tree, at + 1);
    let end = subtree_end(tree, middle);
    let halves = [&tree[middle..end], &tree[at + 1..middle]].concat();
    let is_new = halves != tree[at + 1..end];
    tree.splice(at + 1..end, halves);
    is_new.then_some(())
}

pub fn axis<'a>(base: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let at = some_token(
        tree,
        choices,
        |token| matches!(token, Token::Cut(text) if !text.starts_with('/')),
    )?;
    let letters = &b"ABCDEFGH"[..(base.networks[0].inputs().len() + 1).min(8)];
    let letter = char::from(choices.pick(letters)).to_string();
    let Token::Cut(text) = &mut tree[at] else {
        return None;
    };
    let index = usize::from(text.starts_with('@'));
    text.replace_range(index..=index, &letter);
    Some(())
}

/// Moves a cut near the middle, or slightly from its place.
pub fn place<'a>(base: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let at = some_token(
        tree,
        choices,
        |token| matches!(token, Token::Cut(text) if !text.starts_with('/')),
    )?;
    let Token::Cut(text) = &mut tree[at] else {
        return None;
    };
    let marked = text.strip_prefix('@').map(ToString::to_string);
    let (letter, place) = if let Some(rest) = &marked {
        let (letter, place) = rest.split_at(1);
        (letter, literal::parse(place.trim_end_matches(';')).ok()?)
    } else {
        let axis = usize::from(text.as_bytes().first()?.checked_sub(b'A')?);
        let (low, high) = base.sides.get(axis)?;
        let fraction = Rational::ratio(choices.integer(1, 31), 32);
        (text.as_str(), low + (high - low) * fraction)
    };
    let moved = if choices.once_in(2) {
        place + Rational::power_of_two(-choices.small(2, 60))
    } else {
        place - Rational::power_of_two(-choices.small(2, 60))
    };
    *text = format!("@{letter}{moved};");
    Some(())
}

/// Changes one coefficient of a line slightly, or its sign.
pub fn line<'a>(_: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let at = some_token(
        tree,
        choices,
        |token| matches!(token, Token::Cut(text) if text.starts_with('/')),
    )?;
    let Token::Cut(text) = &mut tree[at] else {
        return None;
    };
    let inner = text.trim_start_matches('/').trim_end_matches(';');
    let numbers = inner.split(',').map(literal::parse);
    let mut numbers = numbers.collect::<Result<Vec<Rational>, _>>().ok()?;
    let which = choices.below(numbers.len());
    let number = numbers.get_mut(which)?;
    *number = match choices.below(4) {
        0 => -number.clone(),
        1 => number.clone() - Rational::power_of_two(-choices.small(1, 60)),
        _ => number.clone() + Rational::power_of_two(-choices.small(1, 60)),
    };
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    *text = format!("/{};", numbers.join(","));
    Some(())
}

/// Replaces a leaf by a cut with two leaves of the same letter or others.
pub fn refine<'a>(base: &'a Base, patient: &mut Patient<'a>, choices: &mut Choices) -> Option<()> {
    let tree = some_tree(patient, choices)?;
    let at = some_leaf(tree, choices)?;
    let letters = &b"ABCDEFGH"[..base.networks[0].inputs().len().min(8)];
    let cut = char::from(choices.pick(letters)).to_string();
    let Token::Leaf(letter) = tree[at] else {
        return None;
    };
    let other = |choices: &mut Choices, tree: &Tree| {
        if choices.once_in(3) {
            some_letter(tree, choices)
        } else {
            letter
        }
    };
    let leaves = [other(choices, tree), other(choices, tree)].map(Token::Leaf);
    let [first, second] = leaves;
    tree.splice(at..=at, [Token::Cut(cut), first, second]);
    Some(())
}
