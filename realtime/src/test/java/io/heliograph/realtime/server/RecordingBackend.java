package io.heliograph.realtime.server;

import io.heliograph.codec.Payload;
import io.heliograph.realtime.AuthToken;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.spi.RealtimeBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Backend of tests: records what it receives, and decides as the test says. The channel {@code a} is {@code hub/a} in the exchange. */
final class RecordingBackend implements RealtimeBackend {

    final List<String> events = new CopyOnWriteArrayList<>();
    final List<Peer> peers = new CopyOnWriteArrayList<>();

    /** Decisions by action, such as {@code subscribe a}; others are allowed. */
    final Map<String, CompletionStage<Void>> decisions = new ConcurrentHashMap<>();

    boolean echo = true;

    static RealtimeException denied() {
        return RealtimeException.of("NotAllowedError", "no").with("code", 7);
    }

    RecordingBackend deny(String action) {
        decisions.put(action, CompletableFuture.failedFuture(denied()));
        return this;
    }

    RecordingBackend decide(String action, CompletionStage<Void> decision) {
        decisions.put(action, decision);
        return this;
    }

    private static Object endless() {
        List<Object> endless = new ArrayList<>();
        endless.add(endless);
        return endless;
    }

    private CompletionStage<Void> decided(String action) {
        events.add(action);
        if (action.endsWith(" broken")) {
            throw new IllegalStateException("broken");
        }
        return decisions.getOrDefault(action, ALLOWED);
    }

    @Override
    public String channel(String name) {
        return "hub/" + name;
    }

    @Override
    public String nameOf(String channel) {
        return channel.substring("hub/".length());
    }

    @Override
    public boolean echo() {
        return echo;
    }

    @Override
    public RealtimeException error(Throwable failure) {
        return RealtimeException.of("EngineError", String.valueOf(failure.getMessage()));
    }

    @Override
    public Session connected(Peer peer) {
        peers.add(peer);
        String id = "c" + peers.size();
        return new Session() {
            @Override
            public String id() {
                return id;
            }

            @Override
            public CompletionStage<Void> authenticate(AuthToken token) {
                return decided("authenticate " + token.claim("sub"));
            }

            @Override
            public void tokenChanged(@Nullable AuthToken token) {
                events.add("token " + (token == null ? null : token.claim("sub")));
            }

            @Override
            public CompletionStage<Void> admit() {
                return decided("admit");
            }

            @Override
            public CompletionStage<Void> subscribe(String name) {
                return decided("subscribe " + name);
            }

            @Override
            public void subscribed(String name) {
                events.add("subscribed " + name);
            }

            @Override
            public void unsubscribed(String name) {
                events.add("unsubscribed " + name);
            }

            @Override
            public CompletionStage<Void> publish(String name) {
                return decided("publish " + name);
            }

            @Override
            public CompletionStage<Void> call(String procedure, Payload data, @Nullable Reply reply) {
                events.add((reply == null ? "event " : "call ") + procedure + " " + data);
                if (reply != null) {
                    switch (procedure) {
                        case "echo" -> reply.complete(data, null);
                        case "twice" -> {
                            reply.complete(1, null);
                            reply.complete(2, null);
                            reply.complete(null, denied());
                        }
                        case "fail" -> reply.complete(null, denied());
                        case "crash" -> reply.complete(null, new IllegalStateException("secret"));
                        case "unencodable" -> reply.complete(endless(), null);
                        default -> {}
                    }
                }
                return decisions.getOrDefault(procedure, ALLOWED);
            }

            @Override
            public void closed(int code, String reason) {
                events.add("closed " + code);
            }
        };
    }
}
