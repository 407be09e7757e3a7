package io.heliograph.server.hub;

import io.heliograph.Subscription;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.exchange.presence.PresenceListener;
import io.heliograph.server.Principal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Channels of which a connection is a member, and whose members it watches. Event loop only. */
final class Memberships {

    /** Limits the channels whose members a connection watches. */
    static final int MAX_WATCHES = 100;

    private final HubConnection connection;
    private final Presence presence;
    private final Set<String> channels = new HashSet<>();
    private final Map<String, Subscription> watches = new HashMap<>();
    private @Nullable String user;

    Memberships(HubConnection connection) {
        this.connection = connection;
        this.presence = connection.core().engine().presence();
        enterUser();
    }

    private Presence.Member member() {
        return new Presence.Member(
                connection.id(),
                connection.principal().name(),
                null,
                connection.core().engine().control().self().id());
    }

    private void enterUser() {
        Principal principal = connection.principal();
        String name = principal.isAuthenticated() ? principal.name() : "";
        if (name.equals(user)) {
            return;
        }
        leaveUser();
        if (!name.isEmpty()) {
            user = name;
            report(presence.enter(Presence.userChannel(name), member()));
        }
    }

    private void leaveUser() {
        if (user != null) {
            report(presence.leave(Presence.userChannel(user), connection.id()));
            user = null;
        }
    }

    void enter(String channel) {
        channels.add(channel);
        report(presence.enter(channel, member()));
    }

    void leave(String channel) {
        if (channels.remove(channel)) {
            report(presence.leave(channel, connection.id()));
        }
    }

    /** Enters all channels again under the new name. */
    void principalChanged() {
        enterUser();
        Set.copyOf(channels).forEach(this::enter);
    }

    /** Watches the members of a channel; false if the connection watches too many. */
    boolean watch(String channel) {
        if (watches.containsKey(channel)) {
            return true;
        }
        if (watches.size() >= MAX_WATCHES) {
            return false;
        }
        watches.put(channel, presence.watch(channel, new PresenceListener() {
            @Override
            public void entered(Presence.Member member) {
                report(channel, true, member);
            }

            @Override
            public void left(Presence.Member member) {
                report(channel, false, member);
            }
        }));
        return true;
    }

    private void report(String channel, boolean joined, Presence.Member member) {
        connection.loop().executeOrRun(() -> {
            String name = connection.hubListener().names().nameOf(channel);
            if (name != null && watches.containsKey(channel)) {
                connection
                        .peer()
                        .presence(new PresenceChange(
                                name,
                                joined,
                                PresenceChange.describe(connection.core().codec(), member)));
            }
        });
    }

    void unwatch(String channel) {
        Subscription watch = watches.remove(channel);
        if (watch != null) {
            watch.close();
        }
    }

    void close() {
        leaveUser();
        channels.forEach(channel -> report(presence.leave(channel, connection.id())));
        channels.clear();
        watches.values().forEach(Subscription::close);
        watches.clear();
    }

    private void report(CompletableFuture<Void> done) {
        done.whenComplete((none, failure) -> {
            if (failure != null) {
                connection.core().report(failure);
            }
        });
    }
}
