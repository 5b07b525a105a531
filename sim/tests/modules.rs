//! The modules of the simulator have no circles: neither its files, nor its rooms, which are the
//! files and folders directly below `src`.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path as FilePath;

use syn::visit::{self, Visit};
use syn::{Item, Path, UseTree, Visibility};

/// The path of a module from the root of the crate.
type Module = Vec<String>;
/// Which modules a module names.
type Graph = BTreeMap<Module, BTreeSet<Module>>;

/// Collects the paths that a file names, each as it is written.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl Paths {
    fn tree(&mut self, before: &[String], tree: &UseTree) {
        let mut path = before.to_vec();
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.tree(&path, &part.tree);
            }
            UseTree::Name(name) => {
                path.push(name.ident.to_string());
                self.0.push(path);
            }
            UseTree::Rename(name) => {
                path.push(name.ident.to_string());
                self.0.push(path);
            }
            UseTree::Glob(_) => self.0.push(path),
            UseTree::Group(group) => group.items.iter().for_each(|item| self.tree(before, item)),
        }
    }
}

impl<'a> Visit<'a> for Paths {
    fn visit_item(&mut self, item: &'a Item) {
        match item {
            // A file's own tests may look at everything.
            Item::Mod(module) if module.ident == "tests" => {}
            Item::Use(names) => self.tree(&[], &names.tree),
            _ => visit::visit_item(self, item),
        }
    }

    // `pub(super)` says who may look in here, not whom this file looks at.
    fn visit_visibility(&mut self, _: &'a Visibility) {}

    fn visit_path(&mut self, path: &'a Path) {
        let parts = path.segments.iter().map(|part| part.ident.to_string());
        self.0.push(parts.collect());
        visit::visit_path(self, path);
    }
}

/// Every module with the syntax of its file.
fn modules() -> BTreeMap<Module, syn::File> {
    fn walk(folder: &FilePath, module: &Module, found: &mut BTreeMap<Module, syn::File>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let mut module = module.clone();
            if name == "tests" {
                continue;
            }
            if path.is_dir() {
                module.push(name);
                walk(&path, &module, found);
                continue;
            }
            if name != "mod" && name != "main" {
                module.push(name);
            }
            let text = fs::read_to_string(&path).unwrap();
            found.insert(module, syn::parse_file(&text).unwrap());
        }
    }
    let mut found = BTreeMap::new();
    let source = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("src");
    walk(&source, &Vec::new(), &mut found);
    found
}

/// Which file of the crate a path leads to, written in the module `from`.
fn target(modules: &BTreeMap<Module, syn::File>, from: &Module, path: &[String]) -> Option<Module> {
    let (first, rest) = path.split_first()?;
    let mut at = match first.as_str() {
        "crate" => Vec::new(),
        "self" => from.clone(),
        "super" => from.split_last()?.1.to_vec(),
        name => {
            let mut child = from.clone();
            child.push(name.to_owned());
            modules.contains_key(&child).then_some(child)?
        }
    };
    for part in rest {
        if part == "super" {
            at.pop();
            continue;
        }
        at.push(part.clone());
        if !modules.contains_key(&at) {
            at.pop();
            break;
        }
    }
    Some(at)
}

fn graph() -> Graph {
    let modules = modules();
    let mut graph = Graph::new();
    for (module, file) in &modules {
        let mut paths = Paths::default();
        paths.visit_file(file);
        let named = paths
            .0
            .iter()
            .filter_map(|path| target(&modules, module, path));
        let others = named.filter(|other| other != module).collect();
        graph.insert(module.clone(), others);
    }
    graph
}

/// A way from a module back to itself, if there is one.
fn circle(graph: &Graph) -> Option<Vec<String>> {
    fn follow(graph: &Graph, way: &mut Vec<Module>, done: &mut BTreeSet<Module>) -> bool {
        let last = way.last().unwrap().clone();
        for next in graph.get(&last).into_iter().flatten() {
            if let Some(start) = way.iter().position(|module| module == next) {
                way.drain(..start);
                way.push(next.clone());
                return true;
            }
            if done.contains(next) {
                continue;
            }
            way.push(next.clone());
            if follow(graph, way, done) {
                return true;
            }
            way.pop();
        }
        done.insert(last);
        false
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|start| {
        let mut way = vec![start.clone()];
        let found = follow(graph, &mut way, &mut done);
        found.then(|| way.iter().map(|module| module.join("::")).collect())
    })
}

#[test]
fn files_and_rooms_have_no_circles() {
    let files = graph();
    assert!(files.len() > 30, "{files:?}");
    assert!(files[&vec!["center".to_owned(), "agent".to_owned()]].len() > 1);
    assert_eq!(circle(&files), None, "a circle of files");

    let room = |module: &Module| module.iter().take(1).cloned().collect::<Module>();
    let mut rooms = Graph::new();
    for (module, others) in &files {
        let named = rooms.entry(room(module)).or_default();
        named.extend(
            others
                .iter()
                .map(room)
                .filter(|other| *other != room(module)),
        );
    }
    assert_eq!(circle(&rooms), None, "a circle of rooms");
}
