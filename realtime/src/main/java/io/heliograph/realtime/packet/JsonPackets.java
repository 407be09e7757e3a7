package io.heliograph.realtime.packet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.scan.JsonEnvelope;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Packets as JSON objects in text messages, batches as arrays of them. */
public final class JsonPackets extends PacketCodec {

    /** JSON codec that encodes binary as an object with a Base64 string. */
    public static final String CODEC = "json-base64";

    private static final byte[] EVENT = ascii("{\"event\":");
    private static final byte[] DATA = ascii(",\"data\":");
    private static final byte[] CID = ascii(",\"cid\":");
    private static final byte[] RID = ascii("{\"rid\":");
    private static final byte[] ERROR = ascii(",\"error\":");
    private static final byte[] POSITION = ascii(",\"position\":");
    private static final byte[] ID = ascii(",\"id\":[\"");
    private static final byte[] PUBLISH = ascii("{\"event\":\"#publish\",\"data\":{\"channel\":");

    private final int maxDepth;
    private final boolean server;

    JsonPackets(int maxDepth, boolean server, int maxBytes) {
        super(Codec.named(CODEC), maxBytes);
        this.maxDepth = maxDepth;
        this.server = server;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    @Override
    public Frame event(String event, @Nullable String cid, @Nullable Object data) {
        return build(builder -> {
                    builder.write(EVENT);
                    writeString(event, builder);
                    if (server) {
                        writeCid(cid, builder);
                    }
                    writeMember(DATA, data, builder);
                    if (!server) {
                        writeCid(cid, builder);
                    }
                    builder.write('}');
                })
                .asText();
    }

    @Override
    public Frame response(String rid, @Nullable Object data) {
        return answer(rid, DATA, data);
    }

    @Override
    public Frame failure(String rid, @Nullable Object error) {
        return answer(rid, ERROR, WireErrors.wireForm(error));
    }

    private Frame answer(String rid, byte[] member, @Nullable Object value) {
        return build(builder -> {
                    builder.write(RID);
                    builder.writeAscii(rid);
                    writeMember(member, value, builder);
                    builder.write('}');
                })
                .asText();
    }

    @Override
    public Frame publication(String channel, Payload data) {
        return build(builder -> {
                    builder.write(PUBLISH);
                    writeString(channel, builder);
                    writeMember(DATA, data, builder);
                    builder.write('}');
                    builder.write('}');
                })
                .asText();
    }

    @Override
    public Frame publication(String channel, Payload data, String position) {
        return build(builder -> {
                    builder.write(PUBLISH);
                    writeString(channel, builder);
                    writeMember(DATA, data, builder);
                    builder.write(POSITION);
                    writeString(position, builder);
                    builder.write('}');
                    builder.write('}');
                })
                .asText();
    }

    @Override
    public Frame publishRequest(String channel, Payload data, String publisher, long sequence, String cid) {
        return build(builder -> {
                    builder.write(PUBLISH);
                    writeString(channel, builder);
                    writeMember(DATA, data, builder);
                    builder.write(ID);
                    builder.writeAscii(publisher);
                    builder.writeAscii("\",");
                    builder.writeAscii(Long.toString(sequence));
                    builder.writeAscii("]}");
                    writeCid(cid, builder);
                    builder.write('}');
                })
                .asText();
    }

    @Override
    public Frame batch(List<Frame> packets) {
        return build(builder -> {
                    char before = '[';
                    for (Frame packet : packets) {
                        builder.write(before);
                        builder.write(packet);
                        before = ',';
                    }
                    if (before == '[') {
                        builder.write(before);
                    }
                    builder.write(']');
                })
                .asText();
    }

    private void writeMember(byte[] name, @Nullable Object value, FrameBuilder builder) {
        if (!isAbsent(value)) {
            builder.write(name);
            write(value, builder);
        }
    }

    private static void writeCid(@Nullable String cid, FrameBuilder builder) {
        if (cid != null) {
            builder.write(CID);
            builder.writeAscii(cid);
        }
    }

    private void writeString(String text, FrameBuilder builder) {
        if (isPlainAscii(text)) {
            builder.write('"');
            builder.writeAscii(text);
            builder.write('"');
        } else {
            codec().encode(text, builder);
        }
    }

    private static boolean isPlainAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    @Override
    public Reader reader() {
        return new JsonReader();
    }

    private final class JsonReader implements Reader {

        private static final int EVENT = 0;
        private static final int DATA = 1;
        private static final int CID = 2;
        private static final int RID = 3;
        private static final int ERROR = 4;

        private final JsonEnvelope packet = new JsonEnvelope(maxDepth, "event", "data", "cid", "rid", "error");
        private final JsonEnvelope fields = new JsonEnvelope(
                maxDepth,
                Arrays.stream(Field.values()).map(field -> field.wireName).toArray(String[]::new));

        // The object in the second envelope.
        private @Nullable Payload opened;

        @Override
        public void read(Frame message, Sink sink) {
            try {
                byte first = first(message);
                if (!isJson(first, message)) {
                    sink.raw();
                } else if (first == '{') {
                    give(sink);
                } else {
                    while (packet.next()) {
                        if (!give(sink)) {
                            break;
                        }
                    }
                }
            } finally {
                packet.clear();
                fields.clear();
                opened = null;
            }
        }

        /** Scans the message. Returns false if the message is neither an object nor an array. */
        private boolean isJson(byte first, Frame message) {
            try {
                if (first == '{') {
                    packet.scan(message);
                } else if (first == '[') {
                    packet.scanArray(message);
                }
                return first == '{' || first == '[';
            } catch (CodecException e) {
                return false;
            }
        }

        private boolean give(Sink sink) {
            if (packet.kind(EVENT) == JsonEnvelope.Kind.STRING) {
                String cid = packet.kind(CID) == JsonEnvelope.Kind.NUMBER ? packet.source(CID) : null;
                return sink.event(packet.string(EVENT), cid, payload(packet, DATA));
            }
            if (packet.kind(RID) == JsonEnvelope.Kind.NUMBER) {
                return sink.response(packet.source(RID), payload(packet, DATA), payload(packet, ERROR));
            }
            return sink.raw();
        }

        @Override
        public Payload member(Payload object, Field field) {
            return open(object) ? payload(fields, index(field)) : absent;
        }

        @Override
        public @Nullable String string(Payload object, Field field) {
            return open(object) && fields.kind(index(field)) == JsonEnvelope.Kind.STRING
                    ? fields.string(index(field))
                    : null;
        }

        @SuppressWarnings("EnumOrdinal") // the order of the envelope's members
        private static int index(Field field) {
            return field.ordinal();
        }

        private boolean open(Payload object) {
            if (object == opened) {
                return true;
            }
            opened = null;
            Frame json = object.frame();
            if (first(json) != '{') {
                return false;
            }
            try {
                fields.scan(json);
            } catch (CodecException e) {
                return false;
            }
            opened = object;
            return true;
        }

        private Payload payload(JsonEnvelope envelope, int member) {
            return envelope.has(member) ? Payload.of(codec(), envelope.value(member)) : absent;
        }
    }

    /** Returns the first byte that is not whitespace, or 0. */
    private static byte first(Frame json) {
        byte[] array = json.array();
        int end = json.offset() + json.length();
        for (int i = json.offset(); i < end; i++) {
            byte next = array[i];
            if (next != ' ' && next != '\n' && next != '\r' && next != '\t') {
                return next;
            }
        }
        return 0;
    }
}
