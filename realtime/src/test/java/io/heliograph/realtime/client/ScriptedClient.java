package io.heliograph.realtime.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Dispatch;
import io.heliograph.codec.Payload;
import io.heliograph.realtime.AutoReconnectOptions;
import io.heliograph.realtime.ClientEvent;
import io.heliograph.realtime.RealtimeChannel;
import io.heliograph.realtime.RealtimeClient;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.TestOptions;
import io.heliograph.realtime.packet.WireFailure;
import io.heliograph.testkit.Await;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Client on an event loop that the test runs, with a server that the test controls. Records its events as strings until {@link #events}
 * returns them.
 */
final class ScriptedClient implements AutoCloseable {

    /** Address of the server, in the messages of error events. */
    static final String AT = " (ws://localhost:8000/socketcluster/)";

    /** Address and cause of a connection that {@link ScriptedLink#cut()} has broken. */
    static final String CUT = ": ws://localhost:8000/socketcluster/: read ECONNRESET";

    final ScriptedServer server = new ScriptedServer();
    final RealtimeClient client;
    private final List<String> events = new ArrayList<>();

    ScriptedClient() {
        this(options -> {});
    }

    /** Delays of the original client. */
    static final AutoReconnectOptions RECONNECT =
            new AutoReconnectOptions(Duration.ofSeconds(10), Duration.ofSeconds(10), 1.5, Duration.ofSeconds(60));

    ScriptedClient(Consumer<RealtimeClient.Builder> options) {
        RealtimeClient.Builder builder = RealtimeClient.builder(URI.create("ws://localhost:8000"))
                .dispatch(Dispatch.direct(Duration.ofMinutes(10), blocked -> {}))
                .autoReconnectOptions(RECONNECT);
        TestOptions.transport(builder, server, server.loop, new HalfRandom());
        options.accept(builder);
        client = builder.build();
        for (Class<?> kind : ClientEvent.class.getPermittedSubclasses()) {
            if (kind != ClientEvent.Message.class) {
                client.on(kind.asSubclass(ClientEvent.class), event -> events.add(describe(event)));
            }
        }
    }

    /** Source of the mean value. */
    private static final class HalfRandom implements java.util.random.RandomGenerator {
        @Override
        public long nextLong() {
            return Long.MIN_VALUE;
        }

        @Override
        public double nextDouble() {
            return 0.5;
        }
    }

    /** Connects and opens the connection. */
    ScriptedLink open() {
        client.connect();
        ScriptedLink link = server.link().open();
        events.clear();
        return link;
    }

    /** Returns the events since the last call. */
    List<String> events() {
        server.run();
        List<String> all = List.copyOf(events);
        events.clear();
        return all;
    }

    /** Subscribes to a channel, confirms the subscription and clears the events. */
    RealtimeChannel<Payload> subscribed(ScriptedLink link, String channel) {
        RealtimeChannel<Payload> subscribed = client.subscribe(channel);
        link.confirmSubscription();
        events();
        return subscribed;
    }

    /** Runs the event loop and returns the failure of a future, which must have failed. */
    Throwable failure(CompletableFuture<?> future) {
        server.run();
        assertThat(future).isCompletedExceptionally();
        return Await.failure(future);
    }

    void record(String event) {
        events.add(event);
    }

    private static String describe(ClientEvent event) {
        return switch (event) {
            case ClientEvent.Connecting e -> "connecting";
            case ClientEvent.Connect e -> "connect " + e.id() + (e.isAuthenticated() ? " authenticated" : "");
            case ClientEvent.ConnectAbort e -> "connectAbort " + e.code() + " " + e.reason();
            case ClientEvent.Disconnect e -> "disconnect " + e.code() + " " + e.reason();
            case ClientEvent.Close e -> "close " + e.code() + " " + e.reason();
            case ClientEvent.Failure e -> "error " + describe(e.error());
            case ClientEvent.Message e -> "message " + e.message().utf8();
            case ClientEvent.Raw e -> "raw " + e.message().utf8();
            case ClientEvent.AuthStateChange e ->
                "authStateChange %s %s"
                        .formatted(e.oldAuthState().wireName(), e.newAuthState().wireName());
            case ClientEvent.Authenticate e ->
                "authenticate " + (e.authToken() == null ? null : e.authToken().value());
            case ClientEvent.Deauthenticate e ->
                "deauthenticate "
                        + (e.oldAuthToken() == null ? null : e.oldAuthToken().value());
            case ClientEvent.RemoveAuthToken e -> "removeAuthToken " + e.oldAuthToken();
            case ClientEvent.SubscribeRequest e -> "subscribeRequest " + e.channel();
            case ClientEvent.Subscribe e -> "subscribe " + e.channel();
            case ClientEvent.SubscribeFail e -> "subscribeFail " + e.channel() + " " + describe(e.error());
            case ClientEvent.SubscribeStateChange e ->
                "subscribeStateChange %s %s %s".formatted(e.channel(), e.oldChannelState(), e.newChannelState());
            case ClientEvent.Unsubscribe e -> "unsubscribe " + e.channel();
            case ClientEvent.KickOut e ->
                "kickOut " + e.channel() + " " + e.message().value();
            case ClientEvent.Gap e -> "gap " + e.channel() + " " + e.reason();
            case ClientEvent.Dropped e -> "dropped " + e.reason() + " " + e.messages();
        };
    }

    static String describe(Throwable error) {
        return error instanceof RealtimeException known
                ? known.errorName() + ": " + known.message()
                : error instanceof WireFailure own ? own.errorName() + ": " + error.getMessage() : error.toString();
    }

    @Override
    public void close() {
        client.close();
        server.run();
    }
}
