package io.heliograph.rpc;

import static io.heliograph.testkit.Await.value;

import io.heliograph.Address;
import io.heliograph.CloseReason;
import io.heliograph.HeliographException;
import io.heliograph.frame.Frame;
import io.heliograph.http.HttpResponse;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.HttpAcceptHandler;
import io.heliograph.transport.HttpOptions;
import io.heliograph.transport.Link;
import io.heliograph.transport.LinkHandler;
import io.heliograph.transport.Transports;
import io.heliograph.transport.WebSocketOptions;
import java.net.URI;
import java.util.HexFormat;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Server without protocol logic: a test reads the messages of a client, and sends the responses. */
final class RawServer implements HttpAcceptHandler, AutoCloseable {

    private final Transports.Lease lease = Transports.acquire();
    private final Acceptor acceptor;
    private final LinkedBlockingQueue<Link> links = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Frame> received = new LinkedBlockingQueue<>();
    final AtomicInteger attempts = new AtomicInteger();
    volatile boolean refusing;

    RawServer() throws Exception {
        acceptor = value(lease.transport().listen(new Address.Tcp("127.0.0.1", 0), null, HttpOptions.defaults(), this));
    }

    URI url() {
        return URI.create("ws://127.0.0.1:" + ((Address.Tcp) acceptor.address()).port() + "/");
    }

    @Override
    public void request(Exchange exchange) {
        exchange.answer(HttpResponse.text(404, ""));
    }

    @Override
    public void upgrade(Upgrade upgrade) {
        attempts.incrementAndGet();
        if (refusing) {
            upgrade.refuse(HttpResponse.text(503, "no"));
            return;
        }
        upgrade.accept(WebSocketOptions.defaults(), null, link -> {
            links.add(link);
            return new LinkHandler() {
                @Override
                public void frame(Link from, Frame frame) {
                    received.add(frame);
                }

                @Override
                public void closed(Link from, CloseReason reason) {}
            };
        });
    }

    @Override
    public void failed(HeliographException cause) {
        throw cause;
    }

    /** Returns the next connection. */
    Link link() throws Exception {
        Link link = links.poll(20, TimeUnit.SECONDS);
        if (link == null) {
            throw new AssertionError("no connection within 20 s");
        }
        return link;
    }

    /** Returns the next message of the client: a text message as it is, a binary message in hexadecimal. */
    String next() throws Exception {
        Frame frame = received.poll(10, TimeUnit.SECONDS);
        if (frame == null) {
            throw new AssertionError("no message within 10 s");
        }
        return frame.isText() ? frame.utf8() : HexFormat.of().formatHex(frame.toByteArray());
    }

    static void send(Link link, String message) {
        link.send(Frame.utf8(message).asText());
    }

    @Override
    public void close() throws Exception {
        value(acceptor.close());
        lease.release();
    }
}
