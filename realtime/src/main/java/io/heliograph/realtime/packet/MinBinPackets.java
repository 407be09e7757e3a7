package io.heliograph.realtime.packet;

import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.realtime.InvalidMessageException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packets as {@code sc-codec-min-bin} 3 has them, in binary messages: MessagePack of maps with one member.
 *
 * <pre>
 * event, request    {e: [event, data]}      {e: [event, data, cid]}
 * #publish          {p: [channel, data]}    {p: [channel, data, cid]}
 * response          {r: [rid, error, data]}
 * </pre>
 *
 * <p>There is no absent data: it is null at the other side. A message that is not such a map, or an array of them, is read with
 * the members it has.
 */
final class MinBinPackets extends PacketCodec {

    private static final Frame NIL = Frame.of(new byte[] {(byte) 0xc0});
    private static final byte[] EVENT = {(byte) 0x81, (byte) 0xa1, 'e'};
    private static final byte[] PUBLISH = {(byte) 0x81, (byte) 0xa1, 'p'};
    private static final byte[] RESPONSE = {(byte) 0x81, (byte) 0xa1, 'r'};

    private final int maxDepth;

    MinBinPackets(int maxDepth) {
        super(MinBinCodec.INSTANCE);
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
            MsgpackWriter.arrayHead(cid == null ? 2 : 3, builder);
            MsgpackWriter.string(event, builder);
            writeOrNil(data, builder);
            writeNumber(cid, builder);
        });
    }

    private Frame publish(Frame channel, Frame data, @Nullable String cid) {
        return build(builder -> {
            builder.write(PUBLISH);
            MsgpackWriter.arrayHead(cid == null ? 2 : 3, builder);
            builder.write(channel);
            builder.write(data);
            writeNumber(cid, builder);
        });
    }

    private static Frame encoded(Frame object, Field field) {
        Frame member = find(object, field);
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
            MsgpackWriter.arrayHead(3, builder);
            writeNumber(rid, builder);
            writeOrNil(error, builder);
            writeOrNil(data, builder);
        });
    }

    @Override
    public Frame publication(String channel, Payload data) {
        return build(builder -> {
            builder.write(PUBLISH);
            MsgpackWriter.arrayHead(2, builder);
            MsgpackWriter.string(channel, builder);
            writeOrNil(data, builder);
        });
    }

    @Override
    public Frame batch(List<Frame> packets) {
        return build(builder -> {
            MsgpackWriter.arrayHead(packets.size(), builder);
            packets.forEach(builder::write);
        });
    }

    private void writeOrNil(@Nullable Object data, FrameBuilder builder) {
        if (isAbsent(data)) {
            MsgpackWriter.nil(builder);
        } else {
            write(data, builder);
        }
    }

    private static void writeNumber(@Nullable String number, FrameBuilder builder) {
        if (number != null) {
            MsgpackWriter.number(Double.parseDouble(number), builder);
        }
    }

    // ---- reading

    @Override
    public Reader reader() {
        return new MinBinReader();
    }

    private final class MinBinReader implements Reader {

        // The packet that is being read.
        private @Nullable String event;
        private @Nullable String cid;
        private @Nullable String rid;
        private Payload data = absent;
        private Payload error = absent;

        @Override
        public void read(Frame message, Sink sink) {
            if (message.isText()) {
                throw new InvalidMessageException("a text message (expected: a binary one)");
            }
            try {
                MsgpackReader.check(message, maxDepth);
            } catch (CodecException e) {
                throw new InvalidMessageException("cannot decode: " + e.getMessage(), e);
            }
            MsgpackReader in = new MsgpackReader(message, maxDepth);
            if (!in.isArray()) {
                give(in.slice(1), sink);
                return;
            }
            int packets = in.count();
            for (int i = 0; i < packets; i++) {
                if (!give(in.slice(1), sink)) {
                    return;
                }
            }
        }

        private boolean give(Frame packet, Sink sink) {
            MsgpackReader in = new MsgpackReader(packet, maxDepth);
            if (!in.isMap()) {
                return sink.raw();
            }
            event = null;
            cid = null;
            rid = null;
            data = absent;
            error = absent;
            int members = in.count();
            for (int i = 0; i < members; i++) {
                member(in);
            }
            if (event != null) {
                return sink.event(event, cid, data);
            }
            return rid == null ? sink.raw() : sink.response(rid, data, error);
        }

        private void member(MsgpackReader in) {
            if (!in.isString()) {
                in.skip(1);
                in.skip(1);
                return;
            }
            String key = in.string();
            boolean shortened = in.isArray();
            switch (key) {
                case "e" -> {
                    if (shortened) {
                        event(in);
                        return;
                    }
                }
                case "p" -> {
                    if (shortened) {
                        publication(in);
                        return;
                    }
                }
                case "r" -> {
                    if (shortened) {
                        response(in);
                        return;
                    }
                }
                case "event" -> {
                    if (in.isString()) {
                        event = in.string();
                        return;
                    }
                }
                case "cid" -> {
                    cid = number(in);
                    return;
                }
                case "rid" -> {
                    rid = number(in);
                    return;
                }
                case "data" -> {
                    data = payload(in);
                    return;
                }
                case "error" -> {
                    error = payload(in);
                    return;
                }
                default -> {} // passed over
            }
            in.skip(1);
        }

        private void event(MsgpackReader in) {
            int left = in.count();
            if (left > 0) {
                left--;
                if (in.isString()) {
                    event = in.string();
                } else {
                    in.skip(1);
                }
            }
            if (left > 0) {
                left--;
                data = payload(in);
            }
            rest(in, left);
        }

        /** Makes the data of it that the packet has without this codec. */
        private void publication(MsgpackReader in) {
            int left = in.count();
            Frame channel = NIL;
            Frame published = null;
            if (left > 0) {
                left--;
                channel = in.slice(1);
            }
            if (left > 0) {
                left--;
                published = in.slice(1);
            }
            rest(in, left);
            event = "#publish";
            Frame ofChannel = channel;
            Frame ofData = published;
            data = Payload.of(codec(), build(builder -> {
                builder.write(ofData == null ? 0x81 : 0x82);
                MsgpackWriter.string(Field.CHANNEL.wireName, builder);
                builder.write(ofChannel);
                if (ofData != null) {
                    MsgpackWriter.string(Field.DATA.wireName, builder);
                    builder.write(ofData);
                }
            }));
        }

        /** The number that an event may end with, and whatever follows. */
        private void rest(MsgpackReader in, int elements) {
            int left = elements;
            if (left > 0) {
                left--;
                cid = number(in);
            }
            skip(in, left);
        }

        private void response(MsgpackReader in) {
            int left = in.count();
            if (left > 0) {
                left--;
                rid = number(in);
            }
            if (left > 0) {
                left--;
                error = payload(in);
            }
            if (left > 0) {
                left--;
                data = payload(in);
            }
            skip(in, left);
        }

        private void skip(MsgpackReader in, int values) {
            for (int i = 0; i < values; i++) {
                in.skip(1);
            }
        }

        private @Nullable String number(MsgpackReader in) {
            if (!in.isNumber()) {
                in.skip(1);
                return null;
            }
            return in.value(1) instanceof Number number ? Numbers.text(number) : null;
        }

        private Payload payload(MsgpackReader in) {
            return Payload.of(codec(), in.slice(1));
        }

        @Override
        public Payload member(Payload object, Field field) {
            Frame member = find(object.frame(), field);
            return member == null ? absent : Payload.of(codec(), member);
        }

        @Override
        public @Nullable String string(Payload object, Field field) {
            Frame member = find(object.frame(), field);
            if (member == null) {
                return null;
            }
            MsgpackReader in = new MsgpackReader(member, maxDepth);
            return in.isString() ? in.string() : null;
        }
    }

    /** The member of a map that is valid; null if there is none, or if it is not a map. */
    private static @Nullable Frame find(Frame object, Field field) {
        MsgpackReader in = new MsgpackReader(object, Integer.MAX_VALUE);
        if (!in.hasMore() || !in.isMap()) {
            return null;
        }
        Frame found = null;
        int members = in.count();
        for (int i = 0; i < members; i++) {
            boolean wanted = false;
            if (in.isString()) {
                wanted = in.string().equals(field.wireName);
            } else {
                in.skip(1);
            }
            Frame value = in.slice(1);
            found = wanted ? value : found;
        }
        return found;
    }
}
