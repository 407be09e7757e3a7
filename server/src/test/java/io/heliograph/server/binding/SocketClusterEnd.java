package io.heliograph.server.binding;

import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.server.Hub;
import io.heliograph.server.Listener;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** SocketCluster client that writes its packets out, in JSON or in the form of sc-codec-min-bin. */
final class SocketClusterEnd implements MatrixEnd {

    private static final Codec MSGPACK = Codec.named("msgpack-js");

    static final MatrixProtocol JSON_PROTOCOL = new MatrixProtocol(
            "SocketCluster", true, true, Sample::json, hub -> new SocketClusterEnd(url(hub, "/socketcluster/"), false));

    static final MatrixProtocol MIN_BIN_PROTOCOL = new MatrixProtocol(
            "SocketCluster min-bin",
            true,
            true,
            SocketClusterEnd::minBin,
            hub -> new SocketClusterEnd(url(hub, "/min-bin/"), true));

    /** The compact form has no absent data, and its numbers are those of JavaScript. */
    private static String minBin(Sample sample) {
        return switch (sample.name()) {
            case "no data" -> "c0";
            case "2^53+1" -> "cb4340000000000000";
            default -> sample.msgpack();
        };
    }

    private final WirePeer peer;
    private final boolean binary;
    private final Queue<String> publications = new ArrayDeque<>();
    private int lastId;

    private SocketClusterEnd(String url, boolean binary) {
        this.binary = binary;
        this.peer = WirePeer.connect(url);
        request("#handshake", "{'authToken':null}");
    }

    private static String url(Hub hub, String path) {
        return hub.listeners().stream()
                .map(Listener::url)
                .filter(url -> url.endsWith(path))
                .findFirst()
                .orElseThrow();
    }

    // ---- packets

    private static String hexOf(@Nullable Object value) {
        return MatrixJson.hex(MSGPACK, value);
    }

    /** Sends a request and returns its response, {@code null} for no data, or the error. */
    private String request(String event, String data) {
        int id = ++lastId;
        send(event, data, id);
        return response(id);
    }

    private void send(String event, String data, int id) {
        if (binary) {
            peer.sendHex((id == 0 ? "81a16592" : "81a16593")
                    + hexOf(event)
                    + (data.isEmpty() ? "c0" : hexOf(MatrixJson.value(data)))
                    + (id == 0 ? "" : hexOf(id)));
        } else {
            peer.send("{'event':'" + event + "'" + (data.isEmpty() ? "" : ",'data':" + data)
                    + (id == 0 ? "" : ",'cid':" + id) + "}");
        }
    }

    private String response(int id) {
        while (true) {
            String message = peer.nextMessage();
            if (message.startsWith(binary ? "81a170" : "{\"event\":\"#publish\"")) {
                publications.add(message);
            } else if (message.startsWith(binary ? "81a17293" : "{\"rid\":")) {
                return binary ? minBinResponse(message, id) : jsonResponse(message, id);
            }
        }
    }

    private static String jsonResponse(String message, int id) {
        Map<?, ?> packet =
                Objects.requireNonNull((Map<?, ?>) MatrixJson.CODEC.decode(Frame.utf8(message), Object.class));
        expectId(packet.get("rid"), id);
        return packet.containsKey("error") ? error((Map<?, ?>) packet.get("error")) : MatrixJson.of(packet.get("data"));
    }

    private static String minBinResponse(String message, int id) {
        Map<?, ?> packet = Objects.requireNonNull(
                (Map<?, ?>) MSGPACK.decode(Frame.of(HexFormat.of().parseHex(message)), Object.class));
        List<?> fields = (List<?>) Objects.requireNonNull(packet.get("r"));
        expectId(fields.get(0), id);
        return fields.get(1) == null ? MatrixJson.of(fields.get(2)) : error((Map<?, ?>) fields.get(1));
    }

    private static void expectId(@Nullable Object received, int id) {
        if (!(received instanceof Number number) || number.intValue() != id) {
            throw new AssertionError("response " + received + " (expected: " + id + ")");
        }
    }

    private static String error(@Nullable Map<?, ?> error) {
        Map<?, ?> fields = Objects.requireNonNull(error);
        return "error " + fields.get("name")
                + (fields.containsKey("code") ? " " + fields.get("code") : "")
                + " " + fields.get("message")
                + (fields.containsKey("data") ? " " + MatrixJson.of(fields.get("data")) : "");
    }

    // ---- MatrixEnd

    @Override
    public void subscribe(String channel) {
        String answer = request("#subscribe", "{'channel':'" + channel + "'}");
        if (!answer.equals("null")) {
            throw new AssertionError(answer);
        }
    }

    @Override
    public @Nullable String publish(String channel, Sample sample) {
        int id = ++lastId;
        if (!binary) {
            String data = sample.json().isEmpty() ? "" : ",'data':" + sample.json();
            peer.send("{'event':'#publish','data':{'channel':'" + channel + "'" + data + "},'cid':" + id + "}");
        } else if (sample.equals(Sample.NO_DATA)) {
            peer.sendHex("81a16593" + hexOf("#publish") + hexOf(Map.of("channel", channel)) + hexOf(id));
        } else {
            peer.sendHex("81a17093" + hexOf(channel) + sample.msgpack() + hexOf(id));
        }
        String answer = response(id);
        return answer.equals("null") ? null : answer;
    }

    @Override
    public String next() {
        String message = publications.poll();
        if (message == null) {
            message = peer.nextMessage();
        }
        if (!binary) {
            message = message.replace('"', '\'');
            int data = message.indexOf(",'data':", "{'event':'#publish','data':{'channel':".length());
            return data < 0 ? "" : message.substring(data + ",'data':".length(), message.length() - 2);
        }
        // {p: [channel, data]}; the name of the channel is short.
        int channel = Integer.parseInt(message.substring(8, 10), 16) - 0xa0;
        return message.substring(10 + 2 * channel);
    }

    @Override
    public String call(String procedure, String argument) {
        return request(procedure, argument);
    }

    @Override
    public void callOneWay(String procedure, String argument) {
        send(procedure, argument, 0);
    }

    @Override
    public void beginCall(String procedure, String argument) {
        send(procedure, argument, ++lastId);
    }

    @Override
    public void close() {
        peer.close();
    }
}
