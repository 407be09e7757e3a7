package io.heliograph.realtime.packet;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.scan.MsgpackEnvelope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packets in the form of {@code sc-codec-min-bin} 3: binary messages, in MessagePack, of maps with one member.
 *
 * <pre>
 * event, request    {e: [event, data]}      {e: [event, data, cid]}
 * #publish          {p: [channel, data]}    {p: [channel, data, cid]}
 * response          {r: [rid, error, data]}
 * </pre>
 *
 * <p>The form has no absent data: the receiver gets null. Any other map is read with the members that it has.
 */
final class MinBinPackets extends PacketCodec {

    private static final Frame NIL = Frame.of(new byte[] {(byte) 0xc0});
    private static final byte[] EVENT = {(byte) 0x81, (byte) 0xa1, 'e'};
    private static final byte[] PUBLISH = {(byte) 0x81, (byte) 0xa1, 'p'};
    private static final byte[] RESPONSE = {(byte) 0x81, (byte) 0xa1, 'r'};
    private static final int PAIR = 0x92;
    private static final int TRIPLE = 0x93;

    private final int maxDepth;

    MinBinPackets(int maxDepth, int maxBytes) {
        super(Codec.named("msgpack-js"), maxBytes);
        this.maxDepth = maxDepth;
    }

    // ---- writing

    @Override
    public Frame event(String event, @Nullable String cid, @Nullable Object data) {
        if (event.equals("#publish") && !isAbsent(data)) {
            Frame encoded = payload(data).frame();
            if (!encoded.equals(NIL)) {
                return publish(encoded(encoded, Field.CHANNEL), encoded(encoded, Field.DATA), cid);
            }
        }
        return build(builder -> {
            builder.write(EVENT);
            builder.write(cid == null ? PAIR : TRIPLE);
            codec().encode(event, builder);
            writeOrNil(data, builder);
            writeNumber(cid, builder);
        });
    }

    private Frame publish(Frame channel, Frame data, @Nullable String cid) {
        return build(builder -> {
            builder.write(PUBLISH);
            builder.write(cid == null ? PAIR : TRIPLE);
            builder.write(channel);
            builder.write(data);
            writeNumber(cid, builder);
        });
    }

    private static Frame encoded(Frame object, Field field) {
        Frame member = member(object, field);
        return member == null ? NIL : member;
    }

    @Override
    public Frame response(String rid, @Nullable Object data) {
        return answer(rid, null, data);
    }

    @Override
    public Frame failure(String rid, @Nullable Object error) {
        return answer(rid, WireErrors.wireForm(error), null);
    }

    private Frame answer(String rid, @Nullable Object error, @Nullable Object data) {
        return build(builder -> {
            builder.write(RESPONSE);
            builder.write(TRIPLE);
            writeNumber(rid, builder);
            writeOrNil(error, builder);
            writeOrNil(data, builder);
        });
    }

    @Override
    public Frame publication(String channel, Payload data) {
        return build(builder -> {
            builder.write(PUBLISH);
            builder.write(PAIR);
            codec().encode(channel, builder);
            writeOrNil(data, builder);
        });
    }

    /** The compact form has no room for a position. */
    @Override
    public Frame publication(String channel, Payload data, String position) {
        return build(builder -> {
            builder.write(EVENT);
            builder.write(PAIR);
            codec().encode("#publish", builder);
            builder.write(0x83);
            codec().encode(Field.CHANNEL.wireName, builder);
            codec().encode(channel, builder);
            codec().encode(Field.DATA.wireName, builder);
            writeOrNil(data, builder);
            codec().encode(Field.POSITION.wireName, builder);
            codec().encode(position, builder);
        });
    }

    /** The compact form has no room for an id. */
    @Override
    public Frame publishRequest(String channel, Payload data, String publisher, long sequence, String cid) {
        return build(builder -> {
            builder.write(EVENT);
            builder.write(TRIPLE);
            codec().encode("#publish", builder);
            builder.write(0x83);
            codec().encode(Field.CHANNEL.wireName, builder);
            codec().encode(channel, builder);
            codec().encode(Field.DATA.wireName, builder);
            writeOrNil(data, builder);
            codec().encode(Field.ID.wireName, builder);
            builder.write(PAIR);
            codec().encode(publisher, builder);
            writeNumber(Long.toString(sequence), builder);
            writeNumber(cid, builder);
        });
    }

    @Override
    public Frame batch(List<Frame> packets) {
        return build(builder -> {
            writeArrayHead(packets.size(), builder);
            packets.forEach(builder::write);
        });
    }

    private void writeOrNil(@Nullable Object data, FrameBuilder builder) {
        if (isAbsent(data)) {
            builder.write(NIL);
        } else {
            write(data, builder);
        }
    }

    private void writeNumber(@Nullable String number, FrameBuilder builder) {
        if (number != null) {
            codec().encode(Double.parseDouble(number), builder);
        }
    }

    private static void writeArrayHead(int length, FrameBuilder builder) {
        if (length < 16) {
            builder.write(0x90 | length);
            return;
        }
        int bits = length <= 0xffff ? 16 : 32;
        builder.write(bits == 16 ? 0xdc : 0xdd);
        for (int shift = bits - 8; shift >= 0; shift -= 8) {
            builder.write(length >> shift);
        }
    }

    // ---- reading

    @Override
    public Reader reader() {
        return new MinBinReader();
    }

    private final class MinBinReader implements Reader {

        private static final int EVENT_ARRAY = 0;
        private static final int PUBLISH_ARRAY = 1;
        private static final int RESPONSE_ARRAY = 2;
        private static final int EVENT_NAME = 3;
        private static final int CID = 4;
        private static final int RID = 5;
        private static final int DATA = 6;
        private static final int ERROR = 7;

        private final MsgpackEnvelope packet =
                new MsgpackEnvelope("e", "p", "r", "event", "cid", "rid", "data", "error");

        // Fields of the packet that is being read.
        private @Nullable String event;
        private @Nullable String cid;
        private @Nullable String rid;
        private Payload data = absent;
        private Payload error = absent;

        @Override
        public void read(Frame message, Sink sink) {
            if (message.isText()) {
                throw new InvalidMessageException("a text message (expected: a binary message)");
            }
            try {
                MsgpackEnvelope.check(message, maxDepth);
            } catch (CodecException e) {
                throw new InvalidMessageException("cannot decode: " + e.getMessage(), e);
            }
            try {
                if (MsgpackEnvelope.isArray(message)) {
                    MsgpackEnvelope.forEach(message, element -> readPacket(element, sink));
                } else {
                    readPacket(message, sink);
                }
            } finally {
                packet.clear();
            }
        }

        private boolean readPacket(Frame bytes, Sink sink) {
            if (!MsgpackEnvelope.isMap(bytes)) {
                return sink.raw();
            }
            packet.scan(bytes);
            event = packet.isString(EVENT_NAME) ? packet.string(EVENT_NAME) : null;
            cid = packet.has(CID) ? number(packet.value(CID)) : null;
            rid = packet.has(RID) ? number(packet.value(RID)) : null;
            data = packet.has(DATA) ? payload(packet.value(DATA)) : absent;
            error = packet.has(ERROR) ? payload(packet.value(ERROR)) : absent;
            event(elements(EVENT_ARRAY));
            publication(elements(PUBLISH_ARRAY));
            response(elements(RESPONSE_ARRAY));
            if (event != null) {
                return sink.event(event, cid, data);
            }
            return rid == null ? sink.raw() : sink.response(rid, data, error);
        }

        /** Returns the first three elements of an array; null if the member is absent or not an array. */
        private @Nullable List<Frame> elements(int member) {
            if (!packet.has(member) || !MsgpackEnvelope.isArray(packet.value(member))) {
                return null;
            }
            List<Frame> elements = new ArrayList<>(3);
            MsgpackEnvelope.forEach(packet.value(member), element -> elements.add(element) && elements.size() < 3);
            return elements;
        }

        private void event(@Nullable List<Frame> elements) {
            if (elements == null) {
                return;
            }
            if (!elements.isEmpty()) {
                String name = string(elements.getFirst());
                event = name == null ? event : name;
            }
            if (elements.size() > 1) {
                data = payload(elements.get(1));
            }
            if (elements.size() > 2) {
                cid = number(elements.get(2));
            }
        }

        /** Restores the form of the data that the packet has in the other codecs. */
        private void publication(@Nullable List<Frame> elements) {
            if (elements == null) {
                return;
            }
            event = "#publish";
            data = payload(build(builder -> {
                builder.write(elements.size() > 1 ? 0x82 : 0x81);
                codec().encode(Field.CHANNEL.wireName, builder);
                builder.write(elements.isEmpty() ? NIL : elements.getFirst());
                if (elements.size() > 1) {
                    codec().encode(Field.DATA.wireName, builder);
                    builder.write(elements.get(1));
                }
            }));
            if (elements.size() > 2) {
                cid = number(elements.get(2));
            }
        }

        private void response(@Nullable List<Frame> elements) {
            if (elements == null) {
                return;
            }
            if (!elements.isEmpty()) {
                rid = number(elements.getFirst());
            }
            if (elements.size() > 1) {
                error = payload(elements.get(1));
            }
            if (elements.size() > 2) {
                data = payload(elements.get(2));
            }
        }

        private @Nullable String number(Frame value) {
            return isNumber(value) && codec().decode(value, Object.class) instanceof Number number
                    ? Numbers.text(number)
                    : null;
        }

        private Payload payload(Frame value) {
            return Payload.of(codec(), value);
        }

        @Override
        public Payload member(Payload object, Field field) {
            Frame member = MinBinPackets.member(object.frame(), field);
            return member == null ? absent : payload(member);
        }

        @Override
        public @Nullable String string(Payload object, Field field) {
            Frame member = MinBinPackets.member(object.frame(), field);
            return member == null ? null : string(member);
        }

        private @Nullable String string(Frame value) {
            return isString(value) && codec().decode(value, String.class) instanceof String string ? string : null;
        }
    }

    private static boolean isNumber(Frame value) {
        int first = value.at(0) & 0xff;
        return first < 0x80 || first >= 0xe0 || (first >= 0xca && first <= 0xd3);
    }

    private static boolean isString(Frame value) {
        int first = value.at(0) & 0xff;
        return (first & 0xe0) == 0xa0 || (first >= 0xd9 && first <= 0xdb);
    }

    /** Returns a member of an encoded map; null if the value is not a map or has no such member. */
    private static @Nullable Frame member(Frame object, Field field) {
        if (!MsgpackEnvelope.isMap(object)) {
            return null;
        }
        MsgpackEnvelope envelope = new MsgpackEnvelope(field.wireName);
        envelope.scan(object);
        return envelope.has(0) ? envelope.value(0) : null;
    }
}
