package io.heliograph.codec.msgpack;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;

/**
 * A value of a type that MessagePack leaves to the application.
 *
 * @param type -128 to 127; the negative ones are reserved
 * @param data its bytes
 */
public record Extension(int type, Frame data) {

    public Extension {
        checkArgument(type >= Byte.MIN_VALUE && type <= Byte.MAX_VALUE, "type: %d (expected: -128 to 127)", type);
    }
}
