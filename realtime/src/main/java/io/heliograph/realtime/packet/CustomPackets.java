package io.heliograph.realtime.packet;

import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;
import io.heliograph.realtime.InvalidMessageException;
import io.heliograph.realtime.RealtimeCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Packets of an application's codec. Payloads hold decoded values, which the JSON codec converts to other types. A batch is built
 * by decoding its packets and encoding them together, because only the application's codec can join packets.
 */
final class CustomPackets extends PacketCodec {

    private final RealtimeCodec custom;
    private final int maxBytes;

    CustomPackets(RealtimeCodec custom, int maxBytes) {
        super(Codec.named(JsonPackets.CODEC), maxBytes);
        this.custom = custom;
        this.maxBytes = maxBytes;
    }

    @Override
    public Payload payload(@Nullable Object value) {
        return value instanceof Payload payload ? payload : super.payload(value);
    }

    @Override
    public Frame event(String event, @Nullable String cid, @Nullable Object data) {
        Map<String, @Nullable Object> packet = new LinkedHashMap<>();
        packet.put("event", event);
        put(packet, "data", data);
        if (cid != null) {
            packet.put("cid", Numbers.of(cid));
        }
        return encode(packet);
    }

    @Override
    public Frame response(String rid, @Nullable Object data) {
        return answer(rid, "data", data);
    }

    @Override
    public Frame failure(String rid, @Nullable Object error) {
        return answer(rid, "error", WireErrors.wireForm(error));
    }

    private Frame answer(String rid, String member, @Nullable Object value) {
        Map<String, @Nullable Object> packet = new LinkedHashMap<>();
        packet.put("rid", Numbers.of(rid));
        put(packet, member, value);
        return encode(packet);
    }

    @Override
    public Frame publication(String channel, Payload data) {
        Map<String, @Nullable Object> publication = new LinkedHashMap<>();
        publication.put("channel", channel);
        put(publication, "data", data);
        return event("#publish", null, publication);
    }

    @Override
    public Frame publication(String channel, Payload data, String position) {
        Map<String, @Nullable Object> publication = new LinkedHashMap<>();
        publication.put("channel", channel);
        put(publication, "data", data);
        publication.put("position", position);
        return event("#publish", null, publication);
    }

    @Override
    public Frame publishRequest(String channel, Payload data, String publisher, long sequence, String cid) {
        Map<String, @Nullable Object> publication = new LinkedHashMap<>();
        publication.put("channel", channel);
        put(publication, "data", data);
        publication.put("id", List.of(publisher, sequence));
        return event("#publish", cid, publication);
    }

    private static void put(Map<String, @Nullable Object> packet, String member, @Nullable Object value) {
        if (!isAbsent(value)) {
            packet.put(member, value instanceof Payload payload ? payload.value() : value);
        }
    }

    @Override
    public Frame batch(List<Frame> packets) {
        List<@Nullable Object> decoded = new ArrayList<>(packets.size());
        packets.forEach(packet -> decoded.add(decode(packet)));
        return encode(decoded);
    }

    private Frame encode(Object packet) {
        Frame message;
        try {
            message = custom.encode(packet);
        } catch (RuntimeException e) {
            throw wrap(e, "encode");
        }
        if (message.length() > maxBytes) {
            throw new InvalidMessageException(
                    "cannot encode: frame of " + message.length() + " bytes (expected: at most " + maxBytes + ")");
        }
        return message;
    }

    private @Nullable Object decode(Frame message) {
        try {
            return custom.decode(message);
        } catch (RuntimeException e) {
            throw wrap(e, "decode");
        }
    }

    /** Wraps an exception of the codec, with its class name and message, in an {@link InvalidMessageException}. */
    private static InvalidMessageException wrap(RuntimeException failure, String operation) {
        if (failure instanceof InvalidMessageException known) {
            return known;
        }
        return new InvalidMessageException("cannot " + operation + ": " + failure, failure);
    }

    @Override
    public Reader reader() {
        return new CustomReader();
    }

    private final class CustomReader implements Reader {

        @Override
        public void read(Frame message, Sink sink) {
            Object decoded = decode(message);
            if (decoded instanceof List<?> batch) {
                for (Object packet : batch) {
                    if (!give(packet, sink)) {
                        return;
                    }
                }
            } else {
                give(decoded, sink);
            }
        }

        private boolean give(@Nullable Object packet, Sink sink) {
            if (!(packet instanceof Map<?, ?> map)) {
                return sink.raw();
            }
            if (map.get("event") instanceof String event) {
                String cid = map.get("cid") instanceof Number number ? Numbers.text(number) : null;
                return sink.event(event, cid, payload(map, "data"));
            }
            if (map.get("rid") instanceof Number rid) {
                return sink.response(Numbers.text(rid), payload(map, "data"), payload(map, "error"));
            }
            return sink.raw();
        }

        private Payload payload(Map<?, ?> map, String member) {
            return map.containsKey(member) ? Payload.ofValue(codec(), map.get(member)) : absent;
        }

        @Override
        public Payload member(Payload object, Field field) {
            return object.value() instanceof Map<?, ?> map ? payload(map, field.wireName) : absent;
        }

        @Override
        public @Nullable String string(Payload object, Field field) {
            return object.value() instanceof Map<?, ?> map && map.get(field.wireName) instanceof String text
                    ? text
                    : null;
        }
    }
}
