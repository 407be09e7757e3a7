package io.heliograph.interop;

import static io.heliograph.testkit.Await.value;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.ipc.IpcClient;
import io.heliograph.server.Hub;
import io.heliograph.testkit.InlineEventLoop;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.StringJoiner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Clients of the matrix, with what each of them receives written out. */
final class MatrixClients {

    private static final Codec JSON = Codec.named("json");
    private static final int TIMEOUT_MILLIS = 10_000;

    private MatrixClients() {}

    private static Payload payload(String json) {
        return Payload.of(JSON, Frame.utf8(json));
    }

    /** Client whose messages arrive on another thread. */
    abstract static class QueuePeer implements MatrixPeer, AutoCloseable {

        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private volatile boolean closed;

        final void add(String message) {
            messages.add(message);
        }

        /** Reads messages on a thread of its own until the client is closed. */
        final void reading(Reading next) {
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        add(next.read());
                    }
                } catch (IOException end) {
                    if (!closed) {
                        add("failed: " + end);
                    }
                }
            });
        }

        /** Reader of one message. */
        interface Reading {
            String read() throws IOException;
        }

        @Override
        public String next() throws InterruptedException {
            String message = messages.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            return message == null ? "nothing within 10 s" : message;
        }

        @Override
        public void close() throws Exception {
            closed = true;
        }
    }

    /** The program that owns the hub. */
    static final class Program implements MatrixPeer {

        private final Hub hub;
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

        Program(Hub hub) {
            this.hub = hub;
            value(hub.exchange().subscribe(HubMatrixTest.CHANNEL, new InlineEventLoop(), this::published));
        }

        private void published(Publication publication) {
            if (publication.publisher() != null) {
                messages.add(publication.hasData() ? publication.data().text() : "none");
            }
        }

        @Override
        public void send(Content content) {
            if (content == Content.ABSENT) {
                value(hub.exchange().publish(HubMatrixTest.CHANNEL));
            } else {
                value(hub.exchange().publish(HubMatrixTest.CHANNEL, payload(content.json)));
            }
        }

        @Override
        public void send(int number) {
            value(hub.exchange().publish(HubMatrixTest.CHANNEL, number));
        }

        @Override
        public String sent(Content content) {
            return content.json;
        }

        @Override
        public String received(String json) {
            return json.isEmpty() ? "none" : json;
        }

        @Override
        public String next() throws InterruptedException {
            String message = messages.poll(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            return message == null ? "nothing within 10 s" : message;
        }
    }

    /** Raw frames of IPC. */
    static final class Ipc extends QueuePeer {

        private final SocketChannel channel;
        private final OutputStream out;

        Ipc(Path file) throws IOException {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(file));
            out = Channels.newOutputStream(channel);
            ByteBuffer input = ByteBuffer.allocate(1 << 21);
            reading(() -> frame(channel, input));
        }

        private static String frame(SocketChannel channel, ByteBuffer input) throws IOException {
            int from = 0;
            while (true) {
                for (int i = from; i + 1 < input.position(); i++) {
                    if (input.get(i) == 0 && input.get(i + 1) == 0) {
                        String frame = UTF_8.decode(input.slice(0, i)).toString();
                        input.limit(input.position()).position(i + 2);
                        input.compact();
                        return frame;
                    }
                }
                from = Math.max(0, input.position() - 1);
                if (channel.read(input) < 0) {
                    throw new IOException("end");
                }
            }
        }

        @Override
        public void send(Content content) throws IOException {
            frame(content.json);
        }

        @Override
        public void send(int number) throws IOException {
            frame(String.valueOf(number));
        }

        private void frame(String json) throws IOException {
            out.write((received(json) + "\0\0").getBytes(UTF_8));
        }

        @Override
        public String sent(Content content) {
            return content.json;
        }

        @Override
        public String received(String json) {
            return json.isEmpty() ? "{\"topic\":\"m/t\"}" : "{\"topic\":\"m/t\",\"message\":" + json + "}";
        }

        @Override
        public void close() throws Exception {
            super.close();
            channel.close();
        }
    }

    /** Our IPC client. */
    static final class JavaIpc extends QueuePeer {

        private final IpcClient client;

        JavaIpc(Path file) {
            client = IpcClient.builder(file).build();
            client.onMessage(message -> add(message.topic() + " " + message.payload()));
            value(client.connect());
        }

        @Override
        public void send(Content content) {
            if (content == Content.ABSENT) {
                client.send(HubMatrixTest.CHANNEL);
            } else {
                client.send(HubMatrixTest.CHANNEL, payload(content.json));
            }
        }

        @Override
        public void send(int number) {
            client.send(HubMatrixTest.CHANNEL, number);
        }

        @Override
        public String sent(Content content) {
            return content.json;
        }

        /** {@inheritDoc} The client reads a message without data as null. */
        @Override
        public String received(String json) {
            return "m/t " + (json.isEmpty() ? "null" : json);
        }

        @Override
        public void close() throws Exception {
            super.close();
            client.close();
        }
    }

    /** The client of the npm package socket-ipc. */
    static final class NpmIpc extends QueuePeer {

        private final PeerProcess client;

        NpmIpc(Path file) {
            client = PeerProcess.npmClient(file);
            client.await("connect");
        }

        @Override
        public void send(Content content) {
            switch (content) {
                case ABSENT -> client.command("send", "topic", "m/t");
                case LARGE -> client.command("fill", "topic", "m/t", "seed", "x", "length", 1_000_000);
                default ->
                    client.command(
                            "send",
                            "topic",
                            "m/t",
                            "message",
                            payload(content.json).value());
            }
        }

        @Override
        public void send(int number) {
            client.command("send", "topic", "m/t", "message", number);
        }

        /** {@inheritDoc} JavaScript numbers have 53 bits. */
        @Override
        public String sent(Content content) {
            return content == Content.EXACT ? "9007199254740992" : content.json;
        }

        @Override
        public String received(String json) {
            return switch (json) {
                case "" -> "m/t absent";
                case "9007199254740993" -> "m/t 9007199254740992";
                default -> json.length() > 1_000_000 ? "m/t of length 1000000" : "m/t " + json;
            };
        }

        @Override
        public String next() {
            PeerEvent event = client.await("message");
            if (event.get("length") != null) {
                return event.text("topic") + " of length " + event.get("length");
            }
            return event.text("topic") + " " + (event.fields().containsKey("absent") ? "absent" : event.messageJson());
        }

        @Override
        public void close() throws Exception {
            super.close();
            client.close();
        }
    }

    /** A typed socket with a length prefix. */
    abstract static class Typed extends QueuePeer {

        private final Socket socket;
        private final DataOutputStream out;

        Typed(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            reading(() -> {
                int length = in.readUnsignedByte();
                return text(in.readNBytes(length == 255 ? in.readInt() : length));
            });
        }

        abstract String text(byte[] message) throws IOException;

        final void write(byte[] message) throws IOException {
            if (message.length < 255) {
                out.writeByte(message.length);
            } else {
                out.writeByte(255);
                out.writeInt(message.length);
            }
            out.write(message);
        }

        @Override
        public void close() throws Exception {
            super.close();
            socket.close();
        }
    }

    /** JSON documents. */
    static final class TypedJson extends Typed {

        TypedJson(int port) throws IOException {
            super(port);
        }

        @Override
        String text(byte[] message) {
            return new String(message, UTF_8);
        }

        @Override
        public void send(Content content) throws IOException {
            write(content.json.getBytes(UTF_8));
        }

        @Override
        public void send(int number) throws IOException {
            write(String.valueOf(number).getBytes(UTF_8));
        }

        @Override
        public @Nullable String sent(Content content) {
            return content == Content.ABSENT ? null : content.json;
        }

        @Override
        public @Nullable String received(String json) {
            return json.isEmpty() ? null : json;
        }
    }

    /** Numbers of 32 bits. */
    static final class TypedInt extends Typed {

        TypedInt(int port) throws IOException {
            super(port);
        }

        @Override
        String text(byte[] message) {
            int[] values = new int[message.length / Integer.BYTES];
            ByteBuffer.wrap(message).asIntBuffer().get(values);
            return Arrays.toString(values);
        }

        @Override
        public void send(Content content) throws IOException {
            write(content == Content.NUMBER ? ints(7) : ints(1, 2));
        }

        @Override
        public void send(int number) throws IOException {
            write(ints(number));
        }

        private static byte[] ints(int... values) {
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Integer.BYTES);
            bytes.asIntBuffer().put(values);
            return bytes.array();
        }

        @Override
        public @Nullable String sent(Content content) {
            return content == Content.NUMBER || content == Content.INTS ? content.json : null;
        }

        /** {@inheritDoc} 2^53 + 1 is narrowed like a cast. */
        @Override
        public @Nullable String received(String json) {
            return switch (json) {
                case "[1,2]" -> "[1, 2]";
                case "9007199254740993" -> "[1]";
                case "9007199254740992" -> "[0]";
                default -> json.matches("\\d+") ? "[" + json + "]" : null;
            };
        }
    }

    /** The npm package of the accessors: raw numbers of 16 bits. */
    static final class NpmSocket extends QueuePeer {

        private final PeerProcess client;
        private int pending;

        NpmSocket(int port) {
            client = PeerProcess.script(
                    "socket-npm.js",
                    "role",
                    "client",
                    "port",
                    port,
                    "rawBytes",
                    true,
                    "sendType",
                    "unsignedshort",
                    "receiveType",
                    "unsignedshort");
            client.await("open");
        }

        @Override
        public void send(Content content) {
            client.command("send", "value", payload(content.json).value());
        }

        @Override
        public void send(int number) {
            throw new UnsupportedOperationException();
        }

        /** {@inheritDoc} Raw numbers that arrive together are an array. */
        @Override
        public boolean keepsMessages() {
            return false;
        }

        @Override
        public @Nullable String sent(Content content) {
            return content == Content.NUMBER || content == Content.INTS ? content.json : null;
        }

        /** {@inheritDoc} Each number is an event. */
        @Override
        public @Nullable String received(String json) {
            String expected = switch (json) {
                case "[1,2]" -> "1 2";
                case "9007199254740993" -> "1";
                case "9007199254740992" -> "0";
                default -> json.matches("\\d+") ? json : null;
            };
            pending = expected == null ? 0 : expected.split(" ").length;
            return expected;
        }

        @Override
        public String next() {
            StringJoiner values = new StringJoiner(" ");
            for (int i = 0; i < pending; i++) {
                values.add(String.valueOf(client.await("data").get("value")));
            }
            return values.toString();
        }

        @Override
        public void close() throws Exception {
            super.close();
            client.close();
        }
    }
}
