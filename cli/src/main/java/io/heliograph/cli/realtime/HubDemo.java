package io.heliograph.cli.realtime;

import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Sum;
import io.heliograph.codec.Payload;
import io.heliograph.server.Authority;
import io.heliograph.server.Call;
import io.heliograph.server.CallException;
import io.heliograph.server.Connection;
import io.heliograph.server.Hub;
import io.heliograph.server.HubAction;
import io.heliograph.server.Permission;
import io.heliograph.server.Principal;
import io.heliograph.server.PublicationFilter;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Procedures and channels of {@code helio serve --demo}, for clients of every protocol.
 *
 * <p>The sender of a chat message is taken from the principal of the connection, never from the message.
 */
final class HubDemo implements Authority, PublicationFilter, AutoCloseable {

    static final String CHAT = "chat";
    static final String MEMBERS = "members";
    static final String TICKS = "ticks";

    private static final long MAX_SLEEP = 10_000;
    private static final int MAX_NAME = 32;
    private static final int MAX_TEXT = 1000;
    private static final int MAX_RECENT = 50;

    /** Claim that the connections of one login share, such as a lost connection and its successor. */
    private static final String SESSION = "session";

    /** Publication of a client to the channel {@code chat}. */
    record ChatMessage(@Nullable String id, @Nullable String text) {}

    private final EventPrinter printer;
    private final Authority permissions;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("helio-demo").daemon().factory());
    private long ticks;

    // Guarded by itself: the last chat messages, for pages that connect later.
    private final Deque<Map<String, Object>> recent = new ArrayDeque<>();

    /**
     * @param permissions permissions for other channels than those of the demo
     */
    HubDemo(EventPrinter printer, Authority permissions) {
        this.printer = printer;
        this.permissions = permissions;
    }

    /** Registers the procedures. */
    void register(Hub hub) {
        hub.procedure("echo", Payload.class, (data, call) -> data);
        hub.procedure("sum", Payload.class, (data, call) -> sum(data.value()));
        hub.procedure("sleep", Payload.class, (data, call) -> sleep(data.value()));
        hub.procedure("time", Payload.class, (data, call) -> Instant.now().toString());
        hub.procedure("fail", Payload.class, (data, call) -> {
            throw CallException.of("DemoError", "demo failure").code(42).data(Map.of("why", "asked"));
        });
        hub.procedure("login", Payload.class, (data, call) -> login(hub, data.value(), call));
        hub.procedure("recent", Payload.class, (data, call) -> recent());
        hub.procedure("log", Payload.class, (data, call) -> log(data, call));
        hub.procedure("endpoints", Payload.class, (data, call) -> endpoints(hub));
    }

    /** Starts to publish ticks. */
    void start(Hub hub) {
        clock.scheduleAtFixedRate(() -> tick(hub), 1, 1, TimeUnit.SECONDS);
    }

    private void tick(Hub hub) {
        Map<String, Object> tick = new LinkedHashMap<>();
        tick.put("count", ++ticks);
        tick.put("time", Instant.now().toString());
        hub.exchange().publish(TICKS, tick);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    // ---- procedures

    private static Number sum(@Nullable Object value) {
        Number sum = switch (value) {
            case Map<?, ?> terms -> Sum.of(terms.get("a"), terms.get("b"));
            case List<?> terms when terms.size() == 2 -> Sum.of(terms.get(0), terms.get(1));
            case null, default -> null;
        };
        if (sum == null) {
            throw invalid("sum takes {\"a\":1,\"b\":2} or [1,2]");
        }
        return sum;
    }

    private static Object sleep(@Nullable Object value) {
        Object millis = value instanceof List<?> list && list.size() == 1 ? list.getFirst() : value;
        if (!(millis instanceof Long duration)) {
            throw invalid("sleep takes a number of milliseconds");
        }
        return new CompletableFuture<Long>()
                .completeOnTimeout(duration, Math.clamp(duration, 0, MAX_SLEEP), TimeUnit.MILLISECONDS);
    }

    private static CallException invalid(String message) {
        return CallException.of("InvalidArgumentsError", message).code(-32602);
    }

    /** Authenticates the connection under a name that no other connection has. */
    private static @Nullable Object login(Hub hub, @Nullable Object value, Call call) {
        Object given = value instanceof List<?> list && list.size() == 1 ? list.getFirst() : value;
        String name =
                given instanceof Map<?, ?> login && login.get("username") instanceof String text ? text.strip() : "";
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw failedLogin("login takes {\"username\":…} of 1 to " + MAX_NAME + " characters");
        }
        if (name.equals("mallory")) {
            throw failedLogin("mallory may not log in");
        }
        synchronized (hub) {
            Object session = session(call.principal(), name);
            for (Connection other : hub.connections()) {
                boolean same = other.id().equals(call.connection().id())
                        || session.equals(other.principal().claims().get(SESSION));
                if (!same && other.principal().name().equals(name)) {
                    throw failedLogin("the name " + name + " is in use");
                }
            }
            call.authenticate(new Principal(
                    name, Principal.Source.LOGIN, false, Set.of(), Map.of("username", name, SESSION, session)));
        }
        return null;
    }

    /** Returns the session of a caller that has this name already, by its token after a reconnection, or a new one. */
    private static Object session(Principal caller, String name) {
        Object session = caller.name().equals(name) ? caller.claims().get(SESSION) : null;
        return session == null ? UUID.randomUUID().toString() : session;
    }

    /** Returns protocol and URL of each listener, for the commands on the page. */
    private static List<Map<String, String>> endpoints(Hub hub) {
        return hub.listeners().stream()
                .map(each -> Map.of("protocol", each.protocol(), "url", each.url()))
                .toList();
    }

    private static CallException failedLogin(String message) {
        return CallException.of("FailedLoginError", message);
    }

    private List<Map<String, Object>> recent() {
        synchronized (recent) {
            return List.copyOf(recent);
        }
    }

    private @Nullable Object log(Payload data, Call call) {
        printer.print(Event.of("log").text("id", call.connection().id()).payload("data", data));
        return null;
    }

    // ---- permissions

    @Override
    public Permission may(Principal who, HubAction action, String name) {
        boolean own = name.equals(MEMBERS) || name.equals(CHAT) || name.equals(TICKS);
        if (!own || who.source() == Principal.Source.PROGRAM) {
            return permissions.may(who, action, name);
        }
        boolean members = name.equals(MEMBERS);
        return switch (action) {
            case PUBLISH ->
                name.equals(TICKS)
                        ? Permission.deny("only the server publishes to " + TICKS)
                        : who.isAuthenticated() ? Permission.allow() : requireLogin(name);
            case SUBSCRIBE, HISTORY -> who.isAuthenticated() || !members ? Permission.allow() : requireLogin(name);
            default -> permissions.may(who, action, name);
        };
    }

    private static Permission requireLogin(String channel) {
        return Permission.deny("log in before you use the channel " + channel);
    }

    // ---- chat

    @Override
    public @Nullable Object apply(Connection publisher, String channel, Payload data) {
        return channel.equals(CHAT) ? stamped(publisher.principal(), data) : data;
    }

    private Map<String, Object> stamped(Principal sender, Payload data) {
        ChatMessage message = data.as(ChatMessage.class);
        if (message == null
                || message.text() == null
                || message.text().isBlank()
                || message.text().length() > MAX_TEXT) {
            throw invalid("chat takes {\"text\":…} of 1 to " + MAX_TEXT + " characters");
        }
        Map<String, Object> stamped = new LinkedHashMap<>();
        stamped.put(
                "id", message.id() != null ? message.id() : UUID.randomUUID().toString());
        stamped.put("from", sender.name());
        stamped.put("text", message.text());
        stamped.put("at", Instant.now().toString());
        synchronized (recent) {
            recent.addLast(stamped);
            if (recent.size() > MAX_RECENT) {
                recent.removeFirst();
            }
        }
        return stamped;
    }
}
