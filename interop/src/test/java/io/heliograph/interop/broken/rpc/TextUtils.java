package io.heliograph.interop.broken.rpc;

/** Class whose name does not describe it. */
final class TextUtils {
    private TextUtils() {}
}
