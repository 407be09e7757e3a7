package io.heliograph.interop;

import static org.awaitility.Awaitility.await;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.Framing;
import io.heliograph.testkit.Await;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Client of a hub that writes its requests by hand and counts the long messages that it receives; it may stop reading. */
final class HubReceiver implements Transport.ConnectHandler, LinkHandler {

    /** Messages of this length or more are publications. */
    static final int LONG = 10_000;

    private static final int MAX_FRAME = 1 << 20;

    final AtomicInteger publications = new AtomicInteger();
    final AtomicInteger others = new AtomicInteger();
    volatile boolean closed;
    private final CompletableFuture<Link> link = new CompletableFuture<>();

    private HubReceiver() {}

    @Override
    public LinkHandler connected(Link opened) {
        link.complete(opened);
        return this;
    }

    @Override
    public void failed(HeliographException cause) {
        link.completeExceptionally(cause);
    }

    @Override
    public void frame(Link from, Frame frame) {
        if (frame.length() >= LONG) {
            publications.incrementAndGet();
        } else if (frame.length() == 0) {
            from.send(Frame.empty().asText());
        } else {
            others.incrementAndGet();
        }
    }

    @Override
    public void closed(Link from, CloseReason reason) {
        closed = true;
    }

    Link link() {
        return Await.value(link);
    }

    private HubReceiver send(Frame frame, int answers) {
        link().send(frame);
        await().atMost(Await.TIMEOUT).until(() -> others.get() >= answers);
        return this;
    }

    /** Stops reading for good. */
    HubReceiver stalled() {
        link().loop().executeOrRun(() -> link().reading(false));
        return this;
    }

    void close() {
        link().close(new CloseReason.Local());
    }

    private static HubReceiver webSocket(Transport transport, int port, String path) {
        HubReceiver receiver = new HubReceiver();
        WebSocketTarget target = WebSocketTarget.of(URI.create("ws://127.0.0.1:" + port + path), Optional.empty());
        transport.connect(target, transport.nextLoop(), WebSocketOptions.defaults(), receiver);
        return receiver;
    }

    private static HubReceiver link(Transport transport, Address address, Framing framing) {
        HubReceiver receiver = new HubReceiver();
        transport.connect(
                address, transport.nextLoop(), LinkOptions.of(framing).withMaxFrameBytes(MAX_FRAME), receiver);
        return receiver;
    }

    static HubReceiver socketCluster(Transport transport, int port, List<String> channels) {
        HubReceiver receiver =
                webSocket(transport, port, "/socketcluster/").send(text("{'event':'#handshake','data':{},'cid':1}"), 1);
        for (String channel : channels) {
            receiver.link().send(text("{'event':'#subscribe','data':{'channel':'" + channel + "'},'cid':2}"));
        }
        await().atMost(Await.TIMEOUT).until(() -> receiver.others.get() >= 1 + channels.size());
        return receiver;
    }

    static HubReceiver rpc(Transport transport, int port, List<String> events) {
        String names = String.join("','", events);
        return webSocket(transport, port, "/rpc")
                .send(text("{'jsonrpc':'2.0','method':'rpc.on','params':['" + names + "'],'id':1}"), 1);
    }

    /** RPC in MessagePack, with at most 15 events. */
    static HubReceiver messagePack(Transport transport, int port, List<String> events) {
        ByteBuffer call = ByteBuffer.allocate(1024).put((byte) 0x84);
        for (String each : List.of("jsonrpc", "2.0", "method", "rpc.on", "params")) {
            string(call, each);
        }
        call.put((byte) (0x90 | events.size()));
        events.forEach(event -> string(call, event));
        string(call, "id");
        call.put((byte) 1).flip();
        byte[] bytes = new byte[call.remaining()];
        call.get(bytes);
        return webSocket(transport, port, "/rpc").send(Frame.of(bytes), 1);
    }

    private static void string(ByteBuffer target, String value) {
        target.put((byte) (0xa0 | value.length())).put(value.getBytes(StandardCharsets.US_ASCII));
    }

    /** Receives all channels, or one. */
    static HubReceiver ipc(Transport transport, Path file, Optional<String> channel) {
        HubReceiver receiver = link(transport, new Address.Unix(file), Framing.delimiter(0, 0));
        return channel.isEmpty()
                ? receiver
                : receiver.send(text("{'topic':'#subscribe','message':'" + channel.get() + "'}"), 1);
    }

    /** Strings with a length of one byte, or of 255 and four bytes. */
    static HubReceiver typedStrings(Transport transport, int port) {
        return link(transport, new Address.Tcp("127.0.0.1", port), Framing.oneOrFiveByteLength());
    }

    /** Stream of server-sent events, each of which ends with an empty line. */
    static HubReceiver eventStream(Transport transport, int port, String channel) {
        String request = "GET /api/subscribe?channel=" + channel + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n";
        return link(transport, new Address.Tcp("127.0.0.1", port), Framing.delimiter('\n', '\n'))
                .send(Frame.utf8(request), 1);
    }

    /** Member of a message channel that acknowledges nothing. */
    static HubReceiver member(Transport transport, Path host) {
        byte[] hello = ByteBuffer.allocate(29)
                .put((byte) 1)
                .putInt(0x48474301)
                .putLong(System.nanoTime())
                .putLong(1)
                .putLong(ProcessHandle.current().pid())
                .array();
        return link(transport, new Address.Unix(host), Framing.fourByteLength()).send(Frame.of(hello), 1);
    }

    private static Frame text(String json) {
        return Frame.utf8(json.replace('\'', '"')).asText();
    }
}
