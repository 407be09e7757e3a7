package io.heliograph.realtime.packet;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.realtime.InvalidMessageException;
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

    MinBinPackets(int maxDepth) {
        super(Codec.named("msgpack-js"));
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

        // Members of the current packet.
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
                MsgpackScanner.check(message, maxDepth);
            } catch (CodecException e) {
                throw new InvalidMessageException("cannot decode: " + e.getMessage(), e);
            }
            MsgpackScanner in = new MsgpackScanner(message, maxDepth);
            if (!in.isArray()) {
                give(in.slice(), sink);
                return;
            }
            int packets = in.count();
            for (int i = 0; i < packets; i++) {
                if (!give(in.slice(), sink)) {
                    return;
                }
            }
        }

        private boolean give(Frame packet, Sink sink) {
            MsgpackScanner in = new MsgpackScanner(packet, maxDepth);
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

        private void member(MsgpackScanner in) {
            if (!in.isString()) {
                in.skip(1);
                in.skip(1);
                return;
            }
            String key = in.string();
            boolean shortened = in.isArray();
            if (shortened && key.length() == 1) {
                switch (key) {
                    case "e" -> event(in);
                    case "p" -> publication(in);
                    case "r" -> response(in);
                    default -> in.skip(1);
                }
                return;
            }
            switch (key) {
                case "event" -> event = in.isString() ? in.string() : skipped(in, event);
                case "cid" -> cid = number(in);
                case "rid" -> rid = number(in);
                case "data" -> data = payload(in);
                case "error" -> error = payload(in);
                default -> in.skip(1); // unknown members are skipped
            }
        }

        private static @Nullable String skipped(MsgpackScanner in, @Nullable String unchanged) {
            in.skip(1);
            return unchanged;
        }

        private void event(MsgpackScanner in) {
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

        /** Reads a publication as the event {@code #publish} with a map of channel and data. */
        private void publication(MsgpackScanner in) {
            int left = in.count();
            Frame channel = NIL;
            Frame published = null;
            if (left > 0) {
                left--;
                channel = in.slice();
            }
            if (left > 0) {
                left--;
                published = in.slice();
            }
            rest(in, left);
            event = "#publish";
            Frame ofChannel = channel;
            Frame ofData = published;
            data = Payload.of(codec(), build(builder -> {
                builder.write(ofData == null ? 0x81 : 0x82);
                codec().encode(Field.CHANNEL.wireName, builder);
                builder.write(ofChannel);
                if (ofData != null) {
                    codec().encode(Field.DATA.wireName, builder);
                    builder.write(ofData);
                }
            }));
        }

        /** Reads the optional {@code cid} at the end of an event, and skips the following elements. */
        private void rest(MsgpackScanner in, int elements) {
            int left = elements;
            if (left > 0) {
                left--;
                cid = number(in);
            }
            skip(in, left);
        }

        private void response(MsgpackScanner in) {
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

        private void skip(MsgpackScanner in, int values) {
            for (int i = 0; i < values; i++) {
                in.skip(1);
            }
        }

        private @Nullable String number(MsgpackScanner in) {
            if (!in.isNumber()) {
                in.skip(1);
                return null;
            }
            return payload(in).value() instanceof Number number ? Numbers.text(number) : null;
        }

        private Payload payload(MsgpackScanner in) {
            return Payload.of(codec(), in.slice());
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
            MsgpackScanner in = new MsgpackScanner(member, maxDepth);
            return in.isString() ? in.string() : null;
        }
    }

    /** Returns a member of a valid map, or null if the member is absent or the value is not a map. */
    private static @Nullable Frame find(Frame object, Field field) {
        MsgpackScanner in = new MsgpackScanner(object, Integer.MAX_VALUE);
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
            Frame value = in.slice();
            found = wanted ? value : found;
        }
        return found;
    }
}
