package io.heliograph.server.binding;

import io.heliograph.Address;
import io.heliograph.codec.Codec;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.server.Hub;
import io.heliograph.server.Listener;
import io.heliograph.testkit.RawPeer;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** RPC client that writes its messages out, in JSON over WebSocket or a Unix socket, or in MessagePack. */
final class RpcEnd implements MatrixEnd {

    private static final Codec MSGPACK = Codec.named("msgpack");
    private static final String PARAMS = "a6706172616d73";
    private static final String POSITION = "a8706f736974696f6e";
    private static final int MAX_BYTES = 4 << 20;

    static final MatrixProtocol JSON_PROTOCOL =
            new MatrixProtocol("RPC", true, false, Sample::json, hub -> new RpcEnd(url(hub, "ws:", "/rpc"), false));

    static final MatrixProtocol UNIX_PROTOCOL = new MatrixProtocol(
            "RPC over Unix", true, false, Sample::json, hub -> new RpcEnd(url(hub, "unix:", "rpc.sock"), false));

    static final MatrixProtocol MSGPACK_PROTOCOL = new MatrixProtocol(
            "RPC MessagePack", true, false, RpcEnd::received, hub -> new RpcEnd(url(hub, "ws:", "/rpc"), true));

    /** The MessagePack of the forks has no integers beyond 53 bits: a client that asks for positions receives a gap. */
    private static String received(Sample sample) {
        return sample.name().equals("2^53+1") ? "gap not-convertible" : sample.msgpack();
    }

    private final Transports.Lease lease = Transports.acquire();
    private final RawPeer peer;
    private final boolean packed;
    private final Queue<String> events = new ArrayDeque<>();
    private int lastId;
    private boolean closed;

    private RpcEnd(String url, boolean packed) {
        this.packed = packed;
        this.peer = url.startsWith("unix:")
                ? RawPeer.connect(
                        lease.transport(),
                        Address.parse(url),
                        LinkOptions.of(Framing.fourByteLength()).withMaxFrameBytes(MAX_BYTES))
                : RawPeer.connect(
                        lease.transport(),
                        WebSocketTarget.of(URI.create(url), Optional.empty()),
                        WebSocketOptions.defaults().withMaxMessageBytes(MAX_BYTES));
    }

    private static String url(Hub hub, String scheme, String end) {
        return hub.listeners().stream()
                .map(Listener::url)
                .filter(url -> url.startsWith(scheme) && url.endsWith(end))
                .findFirst()
                .orElseThrow();
    }

    // ---- messages

    /** Sends a request, or a notification with the id 0; params in the form of the protocol, empty for none. */
    private void send(String method, String params, int id) {
        if (packed) {
            int size = 1 + (params.isEmpty() ? 0 : 1) + (id == 0 ? 0 : 1);
            peer.sendHex("8" + size + hex("method") + hex(method) + (params.isEmpty() ? "" : PARAMS + params)
                    + (id == 0 ? "" : hex("id") + hex(id)));
        } else {
            peer.send(("{'jsonrpc':'2.0','method':'" + method + "'" + (params.isEmpty() ? "" : ",'params':" + params)
                            + (id == 0 ? "" : ",'id':" + id) + "}")
                    .replace('\'', '"'));
        }
    }

    private static String hex(Object value) {
        return MatrixJson.hex(MSGPACK, value);
    }

    private String request(String method, String params) {
        int id = ++lastId;
        send(method, params, id);
        while (true) {
            Frame message = peer.next();
            Map<?, ?> members = members(message);
            if (members.containsKey("id")) {
                if (!(members.get("id") instanceof Number number) || number.intValue() != id) {
                    throw new AssertionError("response " + members + " (expected: " + id + ")");
                }
                return members.containsKey("error")
                        ? error((Map<?, ?>) Objects.requireNonNull(members.get("error")))
                        : MatrixJson.of(members.get("result"));
            }
            events.add(text(message));
        }
    }

    private Map<?, ?> members(Frame message) {
        Codec codec = packed ? MSGPACK : MatrixJson.CODEC;
        return Objects.requireNonNull((Map<?, ?>) codec.decode(message, Object.class));
    }

    private String text(Frame message) {
        return packed ? HexFormat.of().formatHex(message.toByteArray()) : message.utf8();
    }

    private static String error(Map<?, ?> error) {
        return "error " + error.get("code") + " " + error.get("message") + " " + MatrixJson.of(error.get("data"));
    }

    // ---- MatrixEnd

    @Override
    public void subscribe(String channel) {
        String answer = packed
                ? request("rpc.on", "92" + hex(channel) + hex(Map.of("since", Map.of(channel, ""))))
                : request("rpc.on", "['" + channel + "']");
        if (!answer.equals("{'" + channel + "':'ok'}")) {
            throw new AssertionError(answer);
        }
    }

    @Override
    public @Nullable String publish(String channel, Sample sample) {
        boolean data = !sample.equals(Sample.NO_DATA);
        String answer = packed
                ? request("helio.publish", (data ? "92" : "91") + hex(channel) + sample.msgpack())
                : request("helio.publish", "['" + channel + "'" + (data ? "," + sample.json() : "") + "]");
        return answer.equals("true") ? null : answer;
    }

    @Override
    public String next() {
        String event = events.poll();
        if (event == null) {
            event = text(peer.next());
        }
        if (!packed) {
            String json = event.replace('"', '\'');
            return json.substring(json.indexOf(",'params':[") + ",'params':[".length(), json.length() - 2);
        }
        if (event.startsWith("83a3676170")) {
            Map<?, ?> gap = members(Frame.of(HexFormat.of().parseHex(event)));
            return "gap " + gap.get("reason");
        }
        int params = event.indexOf(PARAMS) + PARAMS.length();
        return event.substring(params + 2, event.lastIndexOf(POSITION));
    }

    @Override
    public String call(String procedure, String argument) {
        return request(procedure, params(argument));
    }

    private String params(String argument) {
        return packed ? hex(Objects.requireNonNull(MatrixJson.value(argument))) : argument;
    }

    @Override
    public void callOneWay(String procedure, String argument) {
        send(procedure, params(argument), 0);
    }

    @Override
    public void beginCall(String procedure, String argument) {
        send(procedure, params(argument), ++lastId);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            peer.close();
            lease.release();
        }
    }
}
