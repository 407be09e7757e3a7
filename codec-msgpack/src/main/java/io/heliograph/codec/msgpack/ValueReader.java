package io.heliograph.codec.msgpack;

import org.jspecify.annotations.Nullable;

/** Reads values of one type. */
@FunctionalInterface
interface ValueReader {

    /** Reads the next value. */
    @Nullable
    Object read(Unpacker from);

    /** The value of a missing member. */
    default @Nullable Object absent() {
        return null;
    }

    /** Returns a reader of a primitive type: nil is an error, and a missing member is {@code absent}. */
    static ValueReader primitive(Object absent, ValueReader reader) {
        return new ValueReader() {
            @Override
            public @Nullable Object read(Unpacker from) {
                if (from.isNil()) {
                    throw from.unexpected("a value, not null");
                }
                return reader.read(from);
            }

            @Override
            public Object absent() {
                return absent;
            }
        };
    }

    /** Returns a reader of a reference type: nil is null. */
    static ValueReader nullable(ValueReader reader) {
        return from -> from.skipNil() ? null : reader.read(from);
    }
}
