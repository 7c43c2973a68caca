//! Which checks are wanted.

use crate::bench::Subject;
use crate::check::{CHECKS, Check};
use angora_core::suggest;

/// Which checks of which contributions are wanted.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    checks: Vec<&'static str>,
    ids: Vec<String>,
}

/// A name that no check has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCheck {
    /// As written.
    pub name: String,
    /// The nearest names.
    pub hint: String,
}

impl std::fmt::Display for UnknownCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no check {:?}; {}", self.name, self.hint)
    }
}

impl std::error::Error for UnknownCheck {}

impl Selection {
    /// The checks of these names, ids or what stands before or after their dot; all where there is
    /// none. Of the contributions with these ids; of all, and the plugin itself, where there is
    /// none.
    ///
    /// # Errors
    /// A name that no check has.
    pub fn new(names: &[String], ids: &[String]) -> Result<Self, UnknownCheck> {
        let mut checks = Vec::new();
        for name in names {
            let before = checks.len();
            let named = CHECKS.iter().filter(|check| is_named(check, name));
            checks.extend(named.map(|check| check.id));
            if checks.len() == before {
                let known = CHECKS.iter().map(|check| check.id);
                return Err(UnknownCheck {
                    name: name.clone(),
                    hint: suggest::hint(name, known),
                });
            }
        }
        Ok(Self {
            checks,
            ids: ids.to_vec(),
        })
    }

    /// The checks of something, in order.
    pub fn of<'s>(&'s self, subject: &'s Subject) -> impl Iterator<Item = &'static Check> + 's {
        let kind = subject.kind();
        let wanted = match subject {
            Subject::Plugin => self.ids.is_empty(),
            Subject::Contribution { id, .. } => self.ids.is_empty() || self.ids.contains(id),
        };
        CHECKS
            .iter()
            .filter(move |check| wanted && check.scope.covers(kind))
            .filter(|check| self.checks.is_empty() || self.checks.contains(&check.id))
    }
}

fn is_named(check: &Check, name: &str) -> bool {
    let parts = check.id.split_once('.');
    check.id == name || parts.is_some_and(|(scope, property)| scope == name || property == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use angora_plugin_api::PluginKind;

    fn ids(names: &[&str], kind: PluginKind) -> Vec<&'static str> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let selection = Selection::new(&names, &[]).expect("known names");
        let id = "x".to_owned();
        let subject = Subject::Contribution { kind, id };
        selection.of(&subject).map(|check| check.id).collect()
    }

    #[test]
    fn checks_are_named_whole_or_by_a_part() {
        assert_eq!(ids(&["task.save"], PluginKind::Task), ["task.save"]);
        assert_eq!(ids(&["save"], PluginKind::Reward), ["reward.save"]);
        assert_eq!(ids(&["save"], PluginKind::Body), [""; 0]);
        let of_task = ids(&[], PluginKind::SceneTask);
        assert!(of_task.contains(&"task.spec") && of_task.contains(&"contribution.quiet"));
        assert_eq!(
            ids(&["task"], PluginKind::SceneTask).len() + 2,
            of_task.len()
        );
        let unknown = Selection::new(&["task.saev".to_owned()], &[]).expect_err("no such check");
        assert!(unknown.to_string().contains("task.save"), "{unknown}");
    }
}
