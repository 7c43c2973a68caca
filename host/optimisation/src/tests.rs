//! The whole loss against an independent reference.
