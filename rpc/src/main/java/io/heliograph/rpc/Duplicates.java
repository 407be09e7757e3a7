package io.heliograph.rpc;

/** What becomes of the protection of a method that is registered again. */
public enum Duplicates {

    /** The new one is public, as in the npm package. */
    PUBLIC,

    /** The new one is protected if the old one was. */
    KEEP_PROTECTION,

    /** Registering fails with {@link IllegalArgumentException}. */
    REFUSE
}
