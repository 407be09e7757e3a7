package io.heliograph.rpc;

/** Policy for a method that is registered again. */
public enum Duplicates {

    /** The new method is public, as in the npm package. */
    PUBLIC,

    /** The new method is protected if the replaced method was. */
    KEEP_PROTECTION,

    /** The registration fails with {@link IllegalArgumentException}. */
    REJECT
}
