//! `plugin pack`, `publish`, `install` and what belongs to them.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Which registry.
#[derive(Debug, Args)]
pub struct RegistryArgument {
    /// Registry: a name of registries.toml, a folder, oci://HOST/PREFIX; the environment variable
    /// ANGORA_REGISTRY, the default of registries.toml, or a folder of your own where absent
    #[arg(long, value_name = "REGISTRY")]
    pub registry: Option<String>,
}

/// `plugin pack`.
#[derive(Debug, Args)]
pub struct PackArguments {
    /// Builds of the plugin, one for each machine: libraries, WASM components, or the folder of its
    /// crate, whose newest build, README, licence and citation are taken
    #[arg(default_value = ".")]
    pub builds: Vec<PathBuf>,
    /// Who shares it: the first part of GROUP/NAME; `group` in the crate's
    /// [package.metadata.angora] where absent
    #[arg(long)]
    pub group: Option<String>,
    /// Package that it needs; may be repeated; `requires` in the crate's [package.metadata.angora]
    /// as well
    #[arg(long, value_name = "GROUP/NAME@REQUIREMENT")]
    pub requires: Vec<String>,
    /// README, licence or citation to put beside it; may be repeated
    #[arg(long, value_name = "FILE")]
    pub text: Vec<PathBuf>,
    /// The file to write: NAME-VERSION.angora in this folder by default
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    pub overwrite: bool,
    /// Secret key to sign with; your own (`plugin key new`) where there is one
    #[arg(long, value_name = "FILE", conflicts_with = "unsigned")]
    pub key: Option<PathBuf>,
    /// Do not sign
    #[arg(long)]
    pub unsigned: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `plugin sign`.
#[derive(Debug, Args)]
pub struct SignArguments {
    /// A package file
    pub package: PathBuf,
    /// Secret key to sign with; your own (`plugin key new`) by default
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// `plugin publish`.
#[derive(Debug, Args)]
pub struct PublishArguments {
    /// A package file; with --refresh GROUP/NAME
    pub package: PathBuf,
    /// Secret key to sign the list of versions with; your own (`plugin key new`) by default
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Only sign the list of versions anew
    #[arg(long)]
    pub refresh: bool,
    /// Where to.
    #[command(flatten)]
    pub registry: RegistryArgument,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `plugin install`.
#[derive(Debug, Args)]
pub struct InstallArguments {
    /// Packages: GROUP/NAME, GROUP/NAME@^1.2, or package files
    #[arg(value_name = "PACKAGE", required_unless_present = "locked")]
    pub packages: Vec<String>,
    /// Where from.
    #[command(flatten)]
    pub registry: RegistryArgument,
    /// Install what a lock names instead, by digest and from where the lock says: the file, or the
    /// folder of a run
    #[arg(long, value_name = "LOCKFILE", conflicts_with_all = ["packages", "registry"])]
    pub locked: Option<PathBuf>,
    /// Take packages that no trusted key has signed
    #[arg(long)]
    pub allow_untrusted: bool,
    /// With --locked: accept native plugins outside of registries, whoever made them
    #[arg(long, requires = "locked")]
    pub trust_plugins: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `plugin remove`.
#[derive(Debug, Args)]
pub struct RemoveArguments {
    /// Installed package: GROUP/NAME for all its versions, GROUP/NAME@=1.2.0 for one
    pub package: String,
}

/// `plugin search`.
#[derive(Debug, Args)]
pub struct SearchArguments {
    /// Part of a name, a description or of what is contributed; everything where absent
    #[arg(default_value = "")]
    pub text: String,
    /// Where.
    #[command(flatten)]
    pub registry: RegistryArgument,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `plugin yank`.
#[derive(Debug, Args)]
pub struct YankArguments {
    /// The version: GROUP/NAME@=1.2.0
    pub package: String,
    /// Why, for those who look for it
    #[arg(long, required_unless_present = "undo", conflicts_with = "undo")]
    pub reason: Option<String>,
    /// Take it back
    #[arg(long)]
    pub undo: bool,
    /// Secret key to sign the list of versions with; your own (`plugin key new`) by default
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub registry: RegistryArgument,
}

/// `plugin key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key of your own, to sign packages with
    New {
        /// The file of the secret key; the public one lies beside it, with .pub; plugin.key in your
        /// configuration by default
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
        /// Without a password: whoever has the file can sign
        #[arg(long)]
        no_password: bool,
    },
    /// Let in packages of a group that are signed with a key, and no others of that group
    Trust {
        /// Whose packages: the first part of GROUP/NAME, or * for all
        group: String,
        /// The public key: its file, or its line that begins with RW
        key: String,
        /// For yourself: whose it is
        #[arg(long, default_value = "")]
        comment: String,
        /// Days after which a list of versions signed with it is too old
        #[arg(long, value_name = "DAYS")]
        max_age: Option<u32>,
    },
    /// No longer let in what is signed with a key
    Distrust {
        /// Its id, or its line that begins with RW
        key: String,
    },
    /// List the keys that are trusted
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}
