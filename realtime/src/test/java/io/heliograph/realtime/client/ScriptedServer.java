package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.testkit.ManualEventLoop;
import io.heliograph.transport.Acceptor;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.LinkOptions;
import io.heliograph.transport.Transport;
import io.heliograph.transport.WebSocketOptions;
import io.heliograph.transport.WebSocketTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Transport of a client whose connections and failures the test controls. */
final class ScriptedServer implements Transport {

    enum Answer {
        ACCEPT,
        REFUSE,
        HANG
    }

    final ManualEventLoop loop = ManualEventLoop.create();
    private final List<ScriptedLink> links = new ArrayList<>();
    Answer answer = Answer.ACCEPT;
    HeliographException refusal = new UnreachableException(
            "connect ECONNREFUSED", new TransportException("ECONNREFUSED", "connect ECONNREFUSED", null));
    int attempts;
    int cancelled;

    @Nullable
    WebSocketTarget lastTarget;

    @Nullable
    WebSocketOptions lastOptions;

    /** Returns the last connection. */
    ScriptedLink link() {
        loop.runReady();
        assertThat(links).as("connections").isNotEmpty();
        return links.getLast();
    }

    int connections() {
        loop.runReady();
        return links.size();
    }

    void advance(Duration time) {
        loop.advance(time);
    }

    void run() {
        loop.runReady();
    }

    @Override
    public Attempt connect(WebSocketTarget target, EventLoop on, WebSocketOptions options, ConnectHandler handler) {
        attempts++;
        lastTarget = target;
        lastOptions = options;
        boolean[] over = {false};
        loop.execute(() -> {
            if (over[0] || answer == Answer.HANG) {
                return;
            }
            over[0] = true;
            if (answer == Answer.REFUSE) {
                handler.failed(refusal);
                return;
            }
            ScriptedLink link = new ScriptedLink(target, loop);
            links.add(link);
            link.start(handler.connected(link));
        });
        return () -> {
            if (!over[0]) {
                over[0] = true;
                cancelled++;
            }
        };
    }

    @Override
    public boolean supports(Address address) {
        return true;
    }

    @Override
    public EventLoop nextLoop() {
        return loop;
    }

    @Override
    public Attempt connect(Address address, EventLoop on, LinkOptions options, ConnectHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Acceptor> listen(
            Address address, @Nullable EventLoop on, LinkOptions options, AcceptHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> close() {
        return CompletableFuture.completedFuture(null);
    }
}
