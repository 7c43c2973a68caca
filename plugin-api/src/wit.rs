//! The contract of sandboxed modules, for tools: the files of `wit/v1` and `wit/v2`.

/// Name and text of each file of contract 1.
pub const V1: [(&str, &str); 5] = [
    ("types.wit", include_str!("../wit/v1/types.wit")),
    ("reward.wit", include_str!("../wit/v1/reward.wit")),
    (
        "preprocessor.wit",
        include_str!("../wit/v1/preprocessor.wit"),
    ),
    ("task.wit", include_str!("../wit/v1/task.wit")),
    ("brain.wit", include_str!("../wit/v1/brain.wit")),
];

/// Name and text of each file of the second revisions, which use those of contract 1.
pub const V2: [(&str, &str); 3] = [
    (
        "distribution.wit",
        include_str!("../wit/v2/distribution.wit"),
    ),
    (
        "preprocessor.wit",
        include_str!("../wit/v2/preprocessor.wit"),
    ),
    ("task.wit", include_str!("../wit/v2/task.wit")),
];
