package io.heliograph.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** RPC client that calls {@code sum} with its id and 3, and checks each result in place. */
final class RpcConnection extends Connection {

    private static final byte[] MSGPACK_CALL =
            bytes("\u0084\u00a7jsonrpc\u00a32.0\u00a6method\u00a3sum\u00a6params\u0092");
    private static final byte[] MSGPACK_ID = bytes("\u00a2id");

    /** Receiver of events. */
    interface Handler {

        /** Called after the upgrade. */
        void opened(RpcConnection connection) throws IOException;

        /** Called after a correct answer to a call. */
        void answered(RpcConnection connection) throws IOException;
    }

    /** Encoding of calls and answers. */
    enum Codec {
        JSON(Frames.TEXT, "{\"jsonrpc\":\"2.0\",\"result\":", ",\"id\":") {
            @Override
            byte[] call(long id) {
                return Frames.text(
                        "{\"jsonrpc\":\"2.0\",\"method\":\"sum\",\"params\":[" + id + ",3],\"id\":" + id + "}");
            }

            @Override
            long number(ByteBuffer in) {
                long number = 0;
                for (int digit; (digit = in.get(in.position()) - '0') >= 0 && digit <= 9; ) {
                    in.get();
                    number = 10 * number + digit;
                }
                return number;
            }
        },
        MSGPACK(Frames.BINARY, "\u0083\u00a7jsonrpc\u00a32.0\u00a6result", "\u00a2id") {
            @Override
            byte[] call(long id) {
                ByteBuffer message =
                        ByteBuffer.allocate(MSGPACK_CALL.length + 14).put(MSGPACK_CALL);
                message.put((byte) 0xce).putInt((int) id).put((byte) 3);
                message.put(MSGPACK_ID).put((byte) 0xce).putInt((int) id);
                return Frames.binary(message.array());
            }

            @Override
            long number(ByteBuffer in) {
                int first = in.get() & 0xff;
                return switch (first) {
                    case 0xcc -> in.get() & 0xff;
                    case 0xcd, 0xd1 -> in.getShort() & 0xffff;
                    case 0xce, 0xd2 -> in.getInt() & 0xffffffffL;
                    default -> first;
                };
            }
        };

        private final int opcode;
        private final String beforeResult;
        private final String beforeId;

        Codec(int opcode, String beforeResult, String beforeId) {
            this.opcode = opcode;
            this.beforeResult = beforeResult;
            this.beforeId = beforeId;
        }

        abstract byte[] call(long id);

        /** Reads a non-negative number and advances the position. */
        abstract long number(ByteBuffer in);
    }

    private final Codec codec;
    private final Handler handler;
    private long calls;
    private byte @Nullable [] prepared;

    /** Returns whether the connection is open. */
    boolean isOpen;

    /** Number of answered calls. */
    long answers;

    RpcConnection(
            String path, int port, Codec codec, @Nullable InetSocketAddress from, boolean blocking, Handler handler)
            throws IOException {
        super(path, port, from, blocking);
        this.codec = codec;
        this.handler = handler;
    }

    /** Prepares the next call, while the current answer is outstanding. */
    void prepare() {
        if (prepared == null) {
            prepared = codec.call(++calls);
        }
    }

    /** Appends the next call to the output of {@link #flush()}. */
    void call() {
        byte[] frame = prepared;
        prepared = null;
        send(frame == null ? codec.call(++calls) : frame);
    }

    @Override
    void upgraded() throws IOException {
        isOpen = true;
        handler.opened(this);
    }

    @Override
    void message(int opcode, ByteBuffer in, int at, int length) throws IOException {
        int position = in.position();
        in.position(at);
        boolean right = opcode == codec.opcode && isRight(in);
        in.position(position);
        if (!right) {
            throw unexpected(in, at, length);
        }
        answers++;
        handler.answered(this);
    }

    private boolean isRight(ByteBuffer in) {
        if (!isNext(in, codec.beforeResult)) {
            return false;
        }
        long sum = codec.number(in);
        return isNext(in, codec.beforeId) && sum == codec.number(in) + 3;
    }

    private static boolean isNext(ByteBuffer in, String expected) {
        int at = in.position();
        if (in.remaining() < expected.length()) {
            return false;
        }
        for (int i = 0; i < expected.length(); i++) {
            if (in.get(at + i) != (byte) expected.charAt(i)) {
                return false;
            }
        }
        in.position(at + expected.length());
        return true;
    }

    /** Returns the characters as ISO 8859-1 bytes. */
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
