package io.heliograph.codec.msgpack;

import static io.heliograph.internal.Check.checkArgument;

import io.heliograph.frame.Frame;

/**
 * A MessagePack extension: a value of an application-defined type.
 *
 * @param type -128 to 127; negative types are reserved by MessagePack
 * @param data the bytes of the value
 */
public record Extension(int type, Frame data) {

    public Extension {
        checkArgument(type >= Byte.MIN_VALUE && type <= Byte.MAX_VALUE, "type: %d (expected: -128 to 127)", type);
    }
}
