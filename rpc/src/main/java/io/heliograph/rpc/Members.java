package io.heliograph.rpc;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.scan.JsonEnvelope;
import io.heliograph.scan.MsgpackEnvelope;

/** Finds the members of one message after another. For one thread at a time. */
sealed interface Members {

    /** The members of messages; the methods below know them by their place here. */
    static String[] names() {
        return new String[] {"jsonrpc", "method", "params", "id", "result", "error", "notification"};
    }

    int JSONRPC = 0;
    int METHOD = 1;
    int PARAMS = 2;
    int ID = 3;
    int RESULT = 4;
    int ERROR = 5;
    int NOTIFICATION = 6;

    /**
     * Reads a message that is an object.
     *
     * @throws CodecException if it is none
     */
    void scan(Frame message);

    boolean has(int member);

    boolean isString(int member);

    /** The value of a member that is a string. */
    String string(int member);

    /** The bytes of a member that is there. */
    Frame value(int member);

    void clear();

    /** Of JSON. */
    record Json(JsonEnvelope envelope) implements Members {

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

    /** Of MessagePack. */
    record Msgpack(MsgpackEnvelope envelope) implements Members {

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
