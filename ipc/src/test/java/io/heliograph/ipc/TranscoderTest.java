package io.heliograph.ipc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Dispatch;
import io.heliograph.testkit.Checklist;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TranscoderTest {

    private final Memory memory = new Memory();

    /** Transcoder for lines of {@code topic=message}; counts its calls. */
    private static final class Lines implements Transcoder {

        final AtomicInteger encoders = new AtomicInteger();
        final AtomicInteger decoders = new AtomicInteger();
        final AtomicInteger encoded = new AtomicInteger();

        @Override
        public Encoder createEncoder() {
            encoders.incrementAndGet();
            return (topic, message) -> {
                encoded.incrementAndGet();
                if ("skip".equals(message)) {
                    return null;
                }
                if ("fail".equals(message)) {
                    throw new IOException("no such message");
                }
                return (topic + "=" + message + "\n").getBytes(UTF_8);
            };
        }

        @Override
        public Decoder createDecoder() {
            decoders.incrementAndGet();
            return new LineDecoder();
        }
    }

    private static final class LineDecoder implements Transcoder.Decoder {

        private String rest = "";

        @Override
        public List<Transcoder.Decoded> decode(ByteBuffer chunk) throws IOException {
            assertThat(chunk.isReadOnly()).isTrue();
            String text = rest + UTF_8.decode(chunk);
            List<Transcoder.Decoded> messages = new ArrayList<>();
            int from = 0;
            for (int to; (to = text.indexOf('\n', from)) >= 0; from = to + 1) {
                String line = text.substring(from, to);
                int at = line.indexOf('=');
                if (at < 0) {
                    throw new IOException("not a topic=message line: " + line);
                }
                messages.add(decoded(line.substring(0, at), line.substring(at + 1)));
            }
            rest = text.substring(from);
            return messages;
        }

        private static Transcoder.Decoded decoded(String topic, @Nullable String message) {
            return new Transcoder.Decoded(topic, message);
        }
    }

    @Test
    @Checklist("IPC 18")
    void serverUsesTranscoderBothWays() {
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(new Lines()));
        RawPeer peer = memory.connect();
        List<String> received = new ArrayList<>();
        server.endpoint.topic("a", String.class).on((text, from) -> received.add(text));
        peer.send("a=1\n=2\na={\"x\":\"y\"}\n");
        assertThat(received).containsExactly("1", "{\"x\":\"y\"}");
        assertThat(server.of("message none")).hasSize(1);
        server.clients.getFirst().send("b", "answer");
        server.endpoint.broadcast("", "all");
        memory.run();
        assertThat(new String(peer.received(), UTF_8)).isEqualTo("b=answer\nnone=all\n");
    }

    @Test
    @Checklist("IPC 18")
    void clientUsesTranscoderBothWays() {
        RawServer raw = memory.listen();
        Recorded<IpcClient> client =
                Recorded.client(memory.client().transcoder(new Lines()).build());
        client.endpoint.connect();
        memory.run();
        client.endpoint.send("a", "1");
        memory.run();
        raw.last().send("b=2\nc");
        raw.last().send("=3\n");
        assertThat(new String(raw.last().received(), UTF_8)).isEqualTo("a=1\n");
        assertThat(client.of("message")).containsExactly("message b \"2\"", "message c \"3\"");
    }

    @Test
    void decodedObjectReachesListenerUnchanged() {
        Object opaque = new Object();
        Transcoder transcoder = new Transcoder() {
            @Override
            public Encoder createEncoder() {
                return (topic, message) -> new byte[] {1};
            }

            @Override
            public Decoder createDecoder() {
                return chunk -> List.of(new Decoded("o", opaque), new Decoded("m", Map.of("n", 1)));
            }
        };
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(transcoder));
        List<Object> received = new ArrayList<>();
        server.endpoint.topic("o", Object.class).on((object, from) -> received.add(object));
        server.endpoint.topic("m", Numbers.class).on((numbers, from) -> received.add(numbers));
        server.endpoint.topic("message").off();
        memory.connect().send("x");
        assertThat(received).containsExactly(opaque, new Numbers(1));
    }

    record Numbers(int n) {}

    @Test
    @Checklist("IPC 19")
    void oneEncoderPerEndpointOneDecoderPerConnection() {
        RawServer raw = memory.listen();
        Lines lines = new Lines();
        Recorded<IpcClient> client =
                Recorded.client(memory.client().transcoder(lines).build());
        assertThat(lines.encoders).hasValue(1);
        assertThat(lines.decoders).hasValue(0);
        client.endpoint.connect();
        memory.run();
        raw.last().send("half of a li");
        raw.last().end();
        memory.advance(100);
        assertThat(client.of("reconnect")).hasSize(1);
        raw.last().send("a=1\n");
        assertThat(client.of("message")).containsExactly("message a \"1\"");
        assertThat(lines.encoders).hasValue(1);
        assertThat(lines.decoders).hasValue(2);
    }

    @Test
    @Checklist("IPC 19")
    void serverHasOneDecoderPerConnection() {
        Lines lines = new Lines();
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(lines));
        RawPeer one = memory.connect();
        RawPeer two = memory.connect();
        one.send("a=");
        two.send("b=2\n");
        one.send("1\n");
        assertThat(server.of("message")).containsExactly("message b \"2\"", "message a \"1\"");
        assertThat(lines.encoders).hasValue(1);
        assertThat(lines.decoders).hasValue(2);
    }

    @Test
    @Checklist("IPC 20")
    void failingEncoderReportsErrorAndSendsNothing() {
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(new Lines()));
        RawPeer peer = memory.connect();
        assertThat(server.clients.getFirst().send("a", "fail")).isFalse();
        memory.run();
        assertThat(peer.received()).isEmpty();
        assertThat(server.errors).singleElement().isInstanceOfSatisfying(EncodeException.class, e -> {
            assertThat(e.sentTopic()).isEqualTo("a");
            assertThat(e.sentMessage()).isEqualTo("fail");
            assertThat(e.unsent()).isTrue();
            assertThat(e)
                    .hasMessageStartingWith("Failed to encode, caused by: ")
                    .hasCauseInstanceOf(IOException.class);
        });
    }

    @Test
    @Checklist("IPC 20")
    void unencodableValueReportsErrorAndSendsNothing() {
        Recorded<IpcServer> server = memory.listening(memory.server());
        RawPeer peer = memory.connect();
        List<Object> itself = new ArrayList<>();
        itself.add(itself);
        assertThat(server.clients.getFirst().send("a", itself)).isFalse();
        assertThat(server.endpoint.broadcast("a", itself)).isZero();
        memory.run();
        assertThat(peer.received()).isEmpty();
        assertThat(server.of("error")).containsExactly("error EncodeError", "error EncodeError");
    }

    @Test
    @Checklist("IPC 21")
    void encoderReturningNullSendsNothing() {
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(new Lines()));
        RawPeer peer = memory.connect();
        assertThat(server.clients.getFirst().send("a", "skip")).isTrue();
        assertThat(server.endpoint.broadcast("a", "skip")).isEqualTo(1);
        memory.run();
        assertThat(peer.received()).isEmpty();
        assertThat(server.events).containsExactly("listening", "connection");
    }

    @Test
    @Checklist("IPC 22")
    void failingDecoderClosesItsConnection() {
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(new Lines()));
        RawPeer peer = memory.connect();
        RawPeer other = memory.connect();
        peer.send("bad\na=1\n").send("a=2\n");
        other.send("a=3\n");
        assertThat(server.events.subList(3, server.events.size()))
                .containsExactly("error DecodeError", "disconnect Failed", "message a \"3\"");
        assertThat(server.errors.getFirst()).hasCauseInstanceOf(IOException.class);
        assertThat(((DecodeException) server.errors.getFirst()).rawData()).isEqualTo("bad\na=1\n");
    }

    @Test
    void decoderReturningNullIsDecodeError() {
        Transcoder broken = new Transcoder() {
            @Override
            public Encoder createEncoder() {
                return (topic, message) -> null;
            }

            @Override
            @SuppressWarnings("NullAway") // against the contract
            public Decoder createDecoder() {
                return chunk -> null;
            }
        };
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(broken));
        memory.connect().send("x");
        assertThat(server.of("error")).containsExactly("error DecodeError");
    }

    @Test
    @Checklist("IPC 27")
    void broadcastEncodesOnce() {
        Lines lines = new Lines();
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(lines));
        memory.connect();
        memory.connect();
        assertThat(server.endpoint.broadcast("a", "1")).isEqualTo(2);
        assertThat(lines.encoded).hasValue(1);
    }

    @Test
    void oversizedTranscodedMessageIsNotSent() {
        Recorded<IpcServer> server =
                memory.listening(memory.server().transcoder(new Lines()).maxMessageBytes(10));
        memory.connect();
        assertThat(server.clients.getFirst().send("a", "1234567")).isTrue();
        assertThat(server.clients.getFirst().send("a", "12345678")).isFalse();
        memory.run();
        assertThat(server.errors)
                .singleElement()
                .isInstanceOf(EncodeException.class)
                .asString()
                .contains("'a' of 11 bytes (expected: at most 10)");
    }

    private static final class Chunks implements Transcoder.TextDecoder {

        @Override
        public List<Transcoder.Decoded> decode(String chunk) {
            return List.of(new Transcoder.Decoded("chunk", chunk));
        }
    }

    @Test
    @Checklist("IPC 9")
    void textTranscoderReceivesWholeCharacters() {
        Transcoder text = Transcoder.text(UTF_8, () -> (topic, message) -> topic + message, Chunks::new);
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(text));
        RawPeer peer = memory.connect();
        for (byte next : "aé😀".getBytes(UTF_8)) {
            peer.send(new byte[] {next});
        }
        peer.send(new byte[] {(byte) 0xff, 'b'});
        assertThat(server.of("message"))
                .containsExactly(
                        "message chunk \"a\"",
                        "message chunk \"é\"",
                        "message chunk \"😀\"",
                        "message chunk \"\ufffdb\"");
        server.clients.getFirst().send("é", "😀");
        memory.run();
        assertThat(peer.received()).isEqualTo("é😀".getBytes(UTF_8));
    }

    @Test
    void charsetAppliesToBothDirections() {
        Transcoder latin = Transcoder.text(ISO_8859_1, () -> (topic, message) -> topic + message, Chunks::new);
        Transcoder wide = Transcoder.text(UTF_16BE, () -> (topic, message) -> null, Chunks::new);
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(latin));
        RawPeer peer = memory.connect();
        peer.send("é".getBytes(ISO_8859_1));
        server.clients.getFirst().send("é", "à");
        memory.run();
        assertThat(server.of("message")).containsExactly("message chunk \"é\"");
        assertThat(peer.received()).isEqualTo("éà".getBytes(ISO_8859_1));

        Memory other = new Memory();
        Recorded<IpcServer> second = other.listening(other.server().transcoder(wide));
        RawPeer bytes = other.connect();
        for (byte next : "é😀".getBytes(UTF_16BE)) {
            bytes.send(new byte[] {next});
        }
        assertThat(second.of("message")).containsExactly("message chunk \"é\"", "message chunk \"😀\"");
    }

    @Test
    void anyTranscoderFailureIsReported() {
        Transcoder broken = new Transcoder() {
            @Override
            public Encoder createEncoder() {
                return (topic, message) -> {
                    throw new AssertionError("encoder");
                };
            }

            @Override
            public Decoder createDecoder() {
                throw new IllegalStateException("decoder");
            }
        };
        Recorded<IpcServer> server = memory.listening(memory.server().transcoder(broken));
        RawPeer peer = memory.connect();
        assertThat(server.clients.getFirst().send("a", 1)).isFalse();
        memory.run();
        peer.send("x");
        assertThat(server.events)
                .containsExactly(
                        "listening", "connection", "error EncodeError", "error DecodeError", "disconnect Failed");
        assertThat(server.errors.get(0)).hasMessageContaining("AssertionError: encoder");
        assertThat(server.errors.get(1)).hasMessageContaining("IllegalStateException: decoder");
    }

    @Test
    void messagesOfOneChunkCountOnce() {
        List<Runnable> tasks = new ArrayList<>();
        Transcoder many = Transcoder.text(
                UTF_8,
                () -> (topic, message) -> topic,
                () -> chunk -> Collections.nCopies(50, new Transcoder.Decoded("t", chunk)));
        Recorded<IpcServer> custom = memory.listening(
                memory.server().transcoder(many).maxMessageBytes(1000).dispatch(Dispatch.on(tasks::add)));
        RawPeer peer = memory.connect();
        for (int i = 1; i <= 10; i++) {
            peer.send("x".repeat(100));
            assertThat(custom.endpoint.stats().messagesReceived()).isEqualTo(50L * i);
        }
    }
}
