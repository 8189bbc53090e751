fn main(){ let a: Vec<String>=std::env::args().collect();
 let s=keyfence::Scanner::new(keyfence::RuleSet::builtin(), keyfence::Options::default());
 keyfence::scan::history::proto(&s, std::path::Path::new(&a[1]), a.get(2).map(|x|x=="plain").unwrap_or(false), a.get(3).map(|x|x.parse().unwrap()).unwrap_or(2)); }
