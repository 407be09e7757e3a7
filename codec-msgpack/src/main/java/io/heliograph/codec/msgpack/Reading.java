package io.heliograph.codec.msgpack;

import org.jspecify.annotations.Nullable;

/** How values of one type are read. */
@FunctionalInterface
interface Reading {

    /** Reads the next value. */
    @Nullable
    Object read(Unpacker from);

    /** What a member is that is missing. */
    default @Nullable Object absent() {
        return null;
    }

    /** For a primitive: nil is an error, and what is missing is {@code absent}. */
    static Reading primitive(Object absent, Reading reading) {
        return new Reading() {
            @Override
            public @Nullable Object read(Unpacker from) {
                if (from.isNil()) {
                    throw from.unexpected("a value, not null");
                }
                return reading.read(from);
            }

            @Override
            public Object absent() {
                return absent;
            }
        };
    }

    /** For all else: nil is null. */
    static Reading nullable(Reading reading) {
        return from -> from.passNil() ? null : reading.read(from);
    }
}
