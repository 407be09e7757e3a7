package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Sum;
import io.heliograph.codec.Payload;
import io.heliograph.http.HttpHandler;
import io.heliograph.realtime.Action;
import io.heliograph.realtime.Decision;
import io.heliograph.realtime.Middleware;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeServer;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.Request;
import io.heliograph.web.WebServer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Procedures, receiver, channels and chat page of {@code helio serve --demo}.
 *
 * <p>The sender of a chat message is taken from the authentication token, never from the message.
 */
final class RealtimeDemo implements AutoCloseable {

    private static final String CHAT = "chat";
    private static final String MEMBERS = "members";
    private static final String TICKS = "ticks";
    private static final long MAX_SLEEP = 10_000;
    private static final int MAX_NAME = 32;
    private static final int MAX_TEXT = 1000;
    private static final int MAX_RECENT = 50;

    /** Publication of a page to the channel {@code chat}. */
    record ChatMessage(@Nullable String id, @Nullable String text) {}

    private final RealtimeServer server;
    private final EventPrinter printer;
    private final boolean loginToPublish;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("helio-demo").daemon().factory());
    private long ticks;

    // Guarded by itself: the last chat messages, for pages that connect later.
    private final Deque<Map<String, Object>> recent = new ArrayDeque<>();

    /**
     * @param loginToPublish whether only authenticated clients publish to other channels than those of the demo
     */
    RealtimeDemo(RealtimeServer server, EventPrinter printer, boolean loginToPublish) {
        this.server = server;
        this.printer = printer;
        this.loginToPublish = loginToPublish;
        server.onConnection(this::serve);
        server.middleware(Action.Subscribe.class, Middleware.of(this::checkSubscribe));
        server.middleware(Action.PublishIn.class, Middleware.of(this::checkPublish));
    }

    /** Serves the page at {@code /}. */
    static void pages(WebServer web) {
        HttpHandler pages = new ChatPages();
        web.serve("/*", pages);
    }

    /** Starts to publish ticks. */
    void start() {
        clock.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    private void tick() {
        Map<String, Object> tick = new LinkedHashMap<>();
        tick.put("count", ++ticks);
        tick.put("time", Instant.now().toString());
        server.exchange().publish(TICKS, tick);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    private void serve(RealtimeSocket socket) {
        socket.onProcedure("echo", Payload.class, (data, request) -> echo(data, request));
        socket.onProcedure("sum", Payload.class, (data, request) -> sum(data, request));
        socket.onProcedure("sleep", Payload.class, (data, request) -> sleep(data, request));
        socket.onProcedure(
                "time",
                Payload.class,
                (data, request) -> request.end(Instant.now().toString()));
        socket.onProcedure(
                "fail",
                Payload.class,
                (data, request) -> request.fail(
                        RealtimeException.of("DemoError", "demo failure").with("code", 42)));
        socket.onProcedure("login", Payload.class, (data, request) -> login(socket, data, request));
        socket.onProcedure("recent", Payload.class, (data, request) -> request.end(recent()));
        socket.onReceiver(
                "log",
                Payload.class,
                data -> printer.print(Event.of("log").text("id", socket.id()).payload("data", data)));
    }

    private List<Map<String, Object>> recent() {
        synchronized (recent) {
            return List.copyOf(recent);
        }
    }

    private static void echo(Payload data, Request<Payload> request) {
        if (data.isPresent()) {
            request.end(data);
        } else {
            request.end();
        }
    }

    private static void sleep(Payload data, Request<Payload> request) {
        if (data.value() instanceof Long millis) {
            CompletableFuture.delayedExecutor(Math.clamp(millis, 0, MAX_SLEEP), TimeUnit.MILLISECONDS)
                    .execute(() -> request.end(millis));
        } else {
            request.fail("InvalidArgumentsError", "sleep takes a number of milliseconds");
        }
    }

    private static void sum(Payload data, Request<Payload> request) {
        Number sum = sum(data.value());
        if (sum == null) {
            request.fail("InvalidArgumentsError", "sum takes {\"a\":1,\"b\":2} or [1,2]");
        } else {
            request.end(sum);
        }
    }

    private static @Nullable Number sum(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> terms -> Sum.of(terms.get("a"), terms.get("b"));
            case List<?> terms when terms.size() == 2 -> Sum.of(terms.get(0), terms.get(1));
            case null, default -> null;
        };
    }

    private static void login(RealtimeSocket socket, Payload data, Request<Payload> request) {
        String name = data.value() instanceof Map<?, ?> login && login.get("username") instanceof String text
                ? text.strip()
                : "";
        if (name.isEmpty() || name.length() > MAX_NAME) {
            request.fail("FailedLoginError", "login takes {\"username\":…} of 1 to " + MAX_NAME + " characters");
        } else if (name.equals("mallory")) {
            request.fail("FailedLoginError", "mallory may not log in");
        } else {
            socket.setAuthToken(Map.of("username", name));
            request.end();
        }
    }

    private Decision checkSubscribe(Action.Subscribe subscribe) {
        return subscribe.channel().equals(MEMBERS) && !subscribe.socket().isAuthenticated()
                ? requireLogin(MEMBERS)
                : Decision.allow();
    }

    private Decision checkPublish(Action.PublishIn publish) {
        boolean member = publish.socket().isAuthenticated();
        return switch (publish.channel()) {
            case MEMBERS -> member ? Decision.allow() : requireLogin(MEMBERS);
            case CHAT -> member ? stamped(publish) : requireLogin(CHAT);
            case TICKS -> Decision.block("NotAllowedError", "only the server publishes to ticks");
            default -> loginToPublish ? ServeCommand.checkPublish(publish) : Decision.allow();
        };
    }

    private static Decision requireLogin(String channel) {
        return Decision.block("NotAuthenticatedError", "log in before you use the channel " + channel);
    }

    private Decision stamped(Action.PublishIn publish) {
        ChatMessage message = publish.data().as(ChatMessage.class);
        if (message == null
                || message.text() == null
                || message.text().isBlank()
                || message.text().length() > MAX_TEXT) {
            return Decision.block(
                    "InvalidArgumentsError", "chat takes {\"text\":…} of 1 to " + MAX_TEXT + " characters");
        }
        Map<String, Object> stamped = new LinkedHashMap<>();
        stamped.put(
                "id", message.id() != null ? message.id() : UUID.randomUUID().toString());
        stamped.put(
                "from",
                String.valueOf(publish.socket()
                        .authToken()
                        .map(token -> token.claim("username"))
                        .orElse("")));
        stamped.put("text", message.text());
        stamped.put("at", Instant.now().toString());
        synchronized (recent) {
            recent.addLast(stamped);
            if (recent.size() > MAX_RECENT) {
                recent.removeFirst();
            }
        }
        return Decision.allow(stamped);
    }
}
