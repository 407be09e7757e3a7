package io.heliograph.interop.broken.rpc;

/** A name that says nothing. */
final class TextUtils {
    private TextUtils() {}
}
