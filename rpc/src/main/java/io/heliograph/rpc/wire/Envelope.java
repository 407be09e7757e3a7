package io.heliograph.rpc.wire;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.scan.JsonEnvelope;
import io.heliograph.scan.MsgpackEnvelope;
import org.jspecify.annotations.Nullable;

/** Finds the members of an object without decoding their values. Reusable; not thread-safe. */
public sealed interface Envelope {

    /** Returns the members of requests, in the order of the constants below. */
    static String[] requestNames() {
        return new String[] {"jsonrpc", "method", "params", "id"};
    }

    /** Returns the members of all messages, in the order of the constants below. */
    static String[] memberNames() {
        return new String[] {
            "jsonrpc",
            "method",
            "params",
            "id",
            "result",
            "error",
            "notification",
            "recovery",
            "position",
            "gap",
            "reason",
            "presence"
        };
    }

    int JSONRPC = 0;
    int METHOD = 1;
    int PARAMS = 2;
    int ID = 3;
    int RESULT = 4;
    int ERROR = 5;
    int NOTIFICATION = 6;
    int RECOVERY = 7;
    int POSITION = 8;
    int GAP = 9;
    int REASON = 10;
    int PRESENCE = 11;

    /**
     * Scans an object.
     *
     * @throws CodecException if the message is not an object
     */
    void scan(Frame message);

    boolean has(int member);

    boolean isString(int member);

    /** Returns the value of a string member. */
    String string(int member);

    /** Returns the encoded value of a member that is present. */
    Frame value(int member);

    /** Returns the encoded value of a member, or null if the member is missing. */
    default @Nullable Frame valueOrNull(int member) {
        return has(member) ? value(member) : null;
    }

    void clear();

    /** JSON. */
    record Json(JsonEnvelope envelope) implements Envelope {

        @Override
        public void scan(Frame message) {
            envelope.scan(message);
        }

        @Override
        public boolean has(int member) {
            return envelope.has(member);
        }

        @Override
        public boolean isString(int member) {
            return envelope.kind(member) == JsonEnvelope.Kind.STRING;
        }

        @Override
        public String string(int member) {
            return envelope.string(member);
        }

        @Override
        public Frame value(int member) {
            return envelope.value(member);
        }

        @Override
        public void clear() {
            envelope.clear();
        }
    }

    /** MessagePack. */
    record Msgpack(MsgpackEnvelope envelope) implements Envelope {

        @Override
        public void scan(Frame message) {
            envelope.scan(message);
        }

        @Override
        public boolean has(int member) {
            return envelope.has(member);
        }

        @Override
        public boolean isString(int member) {
            return envelope.isString(member);
        }

        @Override
        public String string(int member) {
            return envelope.string(member);
        }

        @Override
        public Frame value(int member) {
            return envelope.value(member);
        }

        @Override
        public void clear() {
            envelope.clear();
        }
    }
}
