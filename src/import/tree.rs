//! What TOML, YAML and JSON have in common, with line numbers where the format's reader tells them.

mod read;

pub(super) use read::{json, toml, yaml};

use std::{cell::RefCell, collections::BTreeSet};

use super::{ImportError, LeftOut};

/// How deep lists and tables may be nested.
const MAX_DEPTH: usize = 64;

/// A value, and the line where it stands, from 1; 0 where it is not known.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Nothing,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

impl Value {
    fn type_name(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// A table whose fields are asked for one by one; those that nobody asked for can be named afterwards.
pub(super) struct Fields<'n> {
    /// What the table is, for messages: "rule `x`".
    pub(super) what: String,
    pub(super) line: usize,
    entries: &'n [(String, Node)],
    asked: RefCell<BTreeSet<&'n str>>,
}

impl<'n> Fields<'n> {
    /// Returns the fields of `node`, which is called `what`.
    ///
    /// # Errors
    ///
    /// When it is no table.
    pub(super) fn of(node: &'n Node, what: impl Into<String>) -> Result<Self, ImportError> {
        let what = what.into();
        match &node.value {
            Value::Table(entries) => Ok(Self {
                what,
                line: node.line,
                entries,
                asked: RefCell::default(),
            }),
            other => Err(wrong(node, &what, "a table", other)),
        }
    }

    /// Returns a field, if it is there.
    pub(super) fn node(&self, name: &str) -> Option<&'n Node> {
        let (key, node) = self.entries.iter().find(|(key, _)| key == name)?;
        self.asked.borrow_mut().insert(key);
        Some(node).filter(|node| node.value != Value::Nothing)
    }

    /// Returns the text of a field, if it is there.
    ///
    /// # Errors
    ///
    /// When it is no text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'n str>, ImportError> {
        self.node(name)
            .map(|node| match &node.value {
                Value::Text(text) => Ok(&**text),
                other => Err(self.wrong(node, name, "text", other)),
            })
            .transpose()
    }

    /// Returns the number of a field, if it is there.
    ///
    /// # Errors
    ///
    /// When it is no number.
    pub(super) fn number(&self, name: &str) -> Result<Option<f64>, ImportError> {
        self.node(name)
            .map(|node| match &node.value {
                Value::Number(number) => Ok(*number),
                other => Err(self.wrong(node, name, "a number", other)),
            })
            .transpose()
    }

    /// Returns true or false, if the field is there.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ImportError> {
        self.node(name)
            .map(|node| match &node.value {
                Value::Bool(flag) => Ok(*flag),
                other => Err(self.wrong(node, name, "true or false", other)),
            })
            .transpose()
    }

    /// Returns the items of a field; none where it is not there.
    ///
    /// # Errors
    ///
    /// When it is no list.
    pub(super) fn list(&self, name: &str) -> Result<&'n [Node], ImportError> {
        match self.node(name) {
            None => Ok(&[]),
            Some(node) => items(node, &self.called(name)),
        }
    }

    /// Returns the fields of a field that is a table, if it is there.
    ///
    /// # Errors
    ///
    /// When it is no table.
    pub(super) fn table(&self, name: &str) -> Result<Option<Self>, ImportError> {
        self.node(name)
            .map(|node| Self::of(node, self.called(name)))
            .transpose()
    }

    /// Returns the entries, in their order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'n str, &'n Node)> + use<'n> {
        self.entries.iter().map(|(key, node)| (&**key, node))
    }

    /// Returns what a field is called in messages.
    pub(super) fn called(&self, name: &str) -> String {
        if self.what.is_empty() {
            format!("`{name}`")
        } else {
            format!("{}: `{name}`", self.what)
        }
    }

    /// Names a field that is there and has no counterpart.
    pub(super) fn leave_out(&self, name: &str, why: &str, out: &mut Vec<LeftOut>) {
        let is_something =
            |node: &&Node| !matches!(&node.value, Value::List(items) if items.is_empty());
        if let Some(node) = self.node(name).filter(is_something) {
            out.push(LeftOut {
                line: node.line,
                what: self.called(name),
                why: why.to_owned(),
            });
        }
    }

    /// Names the fields that nobody asked for.
    pub(super) fn leave_out_the_rest(&self, out: &mut Vec<LeftOut>) {
        let asked = self.asked.borrow();
        for (key, node) in self
            .entries
            .iter()
            .filter(|(key, _)| !asked.contains(&**key))
        {
            out.push(LeftOut {
                line: node.line,
                what: self.called(key),
                why: "keyfence does not know this field; see whether it matters".to_owned(),
            });
        }
    }

    fn wrong(&self, node: &Node, name: &str, expected: &str, found: &Value) -> ImportError {
        wrong(node, &self.called(name), expected, found)
    }
}

fn wrong(node: &Node, what: &str, expected: &str, found: &Value) -> ImportError {
    let what = if what.is_empty() { "the file" } else { what };
    ImportError {
        line: node.line,
        message: format!("{what}: expected {expected}, found {}", found.type_name()),
    }
}

/// Returns the items of a list.
///
/// # Errors
///
/// When it is none.
pub(super) fn items<'n>(node: &'n Node, what: &str) -> Result<&'n [Node], ImportError> {
    match &node.value {
        Value::List(items) => Ok(items),
        other => Err(wrong(node, what, "a list", other)),
    }
}

/// Returns the texts of a list.
///
/// # Errors
///
/// When an item is no text.
pub(super) fn texts<'n>(items: &'n [Node], what: &str) -> Result<Vec<&'n str>, ImportError> {
    let text = |item: &'n Node| match &item.value {
        Value::Text(text) => Ok(&**text),
        other => Err(wrong(item, what, "text", other)),
    };
    items.iter().map(text).collect()
}
