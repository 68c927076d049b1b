//! Makefile.pre.in and other Makefiles.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{OneOrMore, one};

/// `makefile.remove-prerequisite`: takes a word out of a rule's prerequisites.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RemovePrerequisite {
    /// The target, or several of which the first that has the prerequisite is meant.
    pub target: OneOrMore,
    /// The prerequisite, as a whole word.
    pub word: String,
}

/// `makefile.add-prerequisite`: adds a word to a rule's prerequisites.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddPrerequisite {
    /// The target, or several of which the first that exists is meant.
    pub target: OneOrMore,
    /// The new prerequisite.
    pub word: String,
    /// The prerequisite behind which it is put; at the end unless given.
    pub after: Option<String>,
}

/// `makefile.replace-prerequisite`: puts another word in a prerequisite's place.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReplacePrerequisite {
    /// The target, or several of which the first that has the prerequisite is meant.
    pub target: OneOrMore,
    /// The prerequisite, as a whole word.
    pub word: String,
    /// The word that takes its place.
    pub with: String,
}

/// `makefile.prefix-command`: puts words before the first word of a recipe's command, behind
/// make's `-@+` and behind assignments to the environment.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrefixCommand {
    /// The command's first word, as it stands in the recipe: `$(PGEN)`.
    pub command: String,
    /// What is put before it: `yod`.
    pub with: String,
    /// The rule's target; any rule unless given.
    pub target: Option<String>,
    /// How many places the anchor means.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub count: usize,
}

/// `makefile.set-variable`: gives a variable another value.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SetVariable {
    /// The variable's name.
    pub name: String,
    /// Its new value.
    pub value: String,
}

/// `makefile.append-variable`: adds words at the end of a variable's value.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AppendVariable {
    /// The variable's name.
    pub name: String,
    /// What is added.
    pub value: String,
}

/// `makefile.add-rule`: adds a rule.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddRule {
    /// The new rule's target.
    pub target: String,
    /// Its prerequisites.
    #[serde(default)]
    pub prerequisites: Vec<String>,
    /// Its recipe, a command a line, without the leading tabs.
    #[serde(default)]
    pub recipe: Vec<String>,
    /// The target of the rule behind which it is put; at the end of the file unless given.
    pub after: Option<String>,
}
