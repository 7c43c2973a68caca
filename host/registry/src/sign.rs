//! Keys and signatures, those of minisign: ed25519 over a hash of what is signed.

use crate::RegistryError;
use angora_core::private;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox, SignatureBox};
use std::fmt::Display;
use std::io::Cursor;
use std::path::Path;

/// Bytes at the end of a secret key.
const CHECKSUM: usize = 32;

/// A secret key that is ready to sign.
pub struct SigningKey {
    secret: SecretKey,
    id: String,
}

impl SigningKey {
    /// From a file of minisign or of `plugin key new`. A key with a password asks for it on the
    /// terminal if none is given.
    ///
    /// # Errors
    /// No key, the wrong password, or a file that others can use.
    pub fn read(path: &Path, password: Option<String>) -> Result<Self, RegistryError> {
        let text = private::read_secret(path).map_err(RegistryError::io(path))?;
        let boxed = || SecretKeyBox::from_string(&text);
        let wrong = |error: &dyn Display| key_error(path.display(), error);
        let secret = match open(&text) {
            Some(secret) => secret,
            None => boxed()
                .and_then(|boxed| boxed.into_secret_key(password))
                .map_err(|error| wrong(&error))?,
        };
        let id = id_of(secret.keynum());
        Ok(Self { secret, id })
    }

    /// Name of the key, as minisign shows it: 16 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public key, base64.
    ///
    /// # Errors
    /// It is damaged.
    pub fn public(&self) -> Result<String, RegistryError> {
        let key = PublicKey::from_secret_key(&self.secret);
        let key = key.map_err(|error| key_error(&self.id, &error))?;
        Ok(key.to_base64())
    }

    /// Signs bytes; the comment is signed too.
    ///
    /// # Errors
    /// There is no randomness.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> Result<String, RegistryError> {
        let untrusted = format!("signature of an Angora package, key {}", self.id);
        let signed = minisign::sign(
            None,
            &self.secret,
            Cursor::new(bytes),
            Some(comment),
            Some(&untrusted),
        );
        let signed = signed.map_err(|error| key_error(&self.id, &error))?;
        Ok(signed.into_string())
    }
}

/// A key without password. minisign writes no checksum into one, which its port for Rust misses.
pub(crate) fn open(text: &str) -> Option<SecretKey> {
    const ALGORITHM: std::ops::Range<usize> = 2..4;
    let bytes = STANDARD.decode(text.lines().nth(1)?.trim()).ok()?;
    let is_open = bytes.get(ALGORITHM)? == [0, 0];
    let has_checksum = bytes.iter().rev().take(CHECKSUM).any(|byte| *byte != 0);
    if is_open && !has_checksum {
        return SecretKey::from_bytes(&bytes).ok();
    }
    let boxed = SecretKeyBox::from_string(text).ok()?;
    boxed.into_unencrypted_secret_key().ok()
}

/// A new pair of keys: the texts of the secret and the public file. Without password whoever has
/// the file can sign; where none is given, it is asked for on the terminal.
///
/// # Errors
/// There is no randomness, or no password.
pub fn new_key(
    encrypted: bool,
    password: Option<String>,
    comment: &str,
) -> Result<(String, String), RegistryError> {
    let failed = |error: minisign::PError| key_error("the new key", &error);
    let pair = if encrypted {
        KeyPair::generate_encrypted_keypair(password)
    } else {
        KeyPair::generate_unencrypted_keypair()
    };
    let pair = pair.map_err(failed)?;
    let secret = pair.sk.to_box(Some(comment)).map_err(failed)?;
    let public = pair.pk.to_box().map_err(failed)?;
    Ok((secret.into_string(), public.into_string()))
}

/// Id and base64 form of a public key: the text of its file, or its base64 line alone.
///
/// # Errors
/// It is none.
pub fn public_key(text: &str) -> Result<(String, String), RegistryError> {
    let line = text
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty())
        .unwrap_or_default();
    let key = PublicKey::from_base64(line).map_err(|error| {
        let what = format!("{line:?} is no public key of minisign (it begins with RW)");
        key_error(what, &error)
    })?;
    Ok((id_of(key.keynum()), key.to_base64()))
}

/// Checks a signature over bytes by a key; `Err` is what the verifier says.
pub(crate) fn verify(key: &str, signature: &str, bytes: &[u8]) -> Result<(), String> {
    let key = PublicKey::from_base64(key).map_err(|error| error.to_string())?;
    let signature = SignatureBox::from_string(signature).map_err(|error| error.to_string())?;
    minisign::verify(&key, &signature, Cursor::new(bytes), true, false, false)
        .map_err(|error| error.to_string())
}

/// As minisign shows it.
fn id_of(keynum: &[u8]) -> String {
    let bytes = keynum.iter().rev();
    bytes.map(|byte| format!("{byte:02X}")).collect()
}

fn key_error(what: impl Display, error: &dyn Display) -> RegistryError {
    RegistryError::Key {
        what: what.to_string(),
        reason: error.to_string(),
    }
}
