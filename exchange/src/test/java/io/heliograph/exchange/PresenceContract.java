package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.Subscription;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.exchange.presence.Presence.Member;
import io.heliograph.exchange.presence.PresenceListener;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rules that every {@link Presence} keeps. A subclass supplies the presence, and closes it. */
public abstract class PresenceContract {

    private Presence presence;
    private final String channel = "contract-" + System.nanoTime();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    private final PresenceListener listener = new PresenceListener() {
        @Override
        public void entered(Member member) {
            events.add("entered " + member.id());
        }

        @Override
        public void changed(Member member) {
            events.add("changed " + member.id());
        }

        @Override
        public void left(Member member) {
            events.add("left " + member.id());
        }
    };

    /** Returns a presence without members. */
    protected abstract Presence newPresence();

    /** Lets the linger time pass. */
    protected abstract void passLinger();

    @BeforeEach
    void start() {
        presence = newPresence();
    }

    private Member member(String id) {
        return new Member(id, "ada", null, "node-1");
    }

    @Test
    void membersAreThoseThatEnteredAndDidNotLeave() {
        value(presence.enter(channel, member("a")));
        value(presence.enter(channel, member("b")));
        value(presence.enter(channel + "-other", member("c")));
        value(presence.leave(channel, "a"));
        value(presence.leave(channel, "unknown"));
        value(presence.leave(channel + "-unknown", "a"));
        assertThat(value(presence.members(channel))).containsExactly(member("b"));
        assertThat(value(presence.count(channel))).isEqualTo(1);
        value(presence.leave(channel, "b"));
        assertThat(value(presence.members(channel))).isEmpty();
        assertThat(value(presence.count(channel))).isZero();
    }

    @Test
    void memberThatEntersAgainIsReplaced() {
        value(presence.enter(channel, member("a")));
        Member again = new Member("a", "ada", Frame.utf8("{}"), "node-1");
        value(presence.enter(channel, again));
        assertThat(value(presence.members(channel))).containsExactly(again);
        assertThat(value(presence.count(channel))).isEqualTo(1);
    }

    @Test
    void connectionsOfAUserAreTheMembersOfItsPseudoChannel() {
        value(presence.enter(Presence.userChannel("ada"), member("a")));
        value(presence.enter(Presence.userChannel("ada"), member("b")));
        value(presence.enter(Presence.userChannel("bob"), member("c")));
        assertThat(value(presence.connections("ada"))).containsExactlyInAnyOrder(member("a"), member("b"));
        assertThat(value(presence.connections("eve"))).isEmpty();
    }

    @Test
    void watcherSeesChangesInOrder() throws Exception {
        value(presence.enter(channel, member("before")));
        Subscription watching = presence.watch(channel, listener);
        value(presence.enter(channel, member("a")));
        assertThat(next()).isEqualTo("entered a");
        value(presence.enter(channel, new Member("a", "ada", Frame.utf8("1"), "node-1")));
        assertThat(next()).isEqualTo("changed a");
        value(presence.enter(channel, new Member("a", "ada", Frame.utf8("1"), "node-1")));
        value(presence.enter(channel + "-other", member("b")));
        value(presence.leave(channel, "a"));
        value(presence.leave(channel, "before"));
        passLinger();
        assertThat(List.of(next(), next())).containsExactlyInAnyOrder("left a", "left before");

        watching.close();
        value(presence.enter(channel, member("c")));
        Subscription again = presence.watch(channel, listener);
        value(presence.enter(channel, member("d")));
        assertThat(next()).isEqualTo("entered d");
        again.close();
    }

    @Test
    void memberThatReturnsWithinTheLingerTimeNeverLeft() throws Exception {
        presence.watch(channel, listener);
        value(presence.enter(channel, member("a")));
        assertThat(next()).isEqualTo("entered a");
        value(presence.leave(channel, "a"));
        assertThat(value(presence.members(channel))).isEmpty();
        value(presence.enter(channel, member("a")));
        passLinger();
        value(presence.enter(channel, member("b")));
        assertThat(next()).isEqualTo("entered b");
        value(presence.leave(channel, "a"));
        passLinger();
        assertThat(next()).isEqualTo("left a");
    }

    @Test
    void manyMembersEnterConcurrently() {
        List<CompletableFuture<Void>> entering = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int worker = i;
            entering.add(CompletableFuture.runAsync(() -> {
                for (int n = 0; n < 200; n++) {
                    value(presence.enter(channel, member(worker + "-" + n)));
                    if (n % 2 == 0) {
                        value(presence.leave(channel, worker + "-" + n));
                    }
                }
            }));
        }
        entering.forEach(PresenceContract::value);
        assertThat(value(presence.count(channel))).isEqualTo(400);
        assertThat(value(presence.members(channel))).hasSize(400);
    }

    @Test
    void informationThatIsTooLongIsRejected() {
        Frame longest = Frame.utf8("x".repeat(Presence.MAX_INFO_BYTES));
        value(presence.enter(channel, new Member("a", "ada", longest, "node-1")));
        Frame tooLong = Frame.utf8("x".repeat(Presence.MAX_INFO_BYTES + 1));
        assertThatThrownBy(() -> value(presence.enter(channel, new Member("b", "ada", tooLong, "node-1"))))
                .hasMessageContaining("info: 4097 bytes (expected: at most 4096)");
        assertThat(value(presence.count(channel))).isEqualTo(1);
    }

    @Test
    void exceptionOfAListenerDoesNotStopTheOthers() throws Exception {
        presence.watch(channel, new PresenceListener() {
            @Override
            public void entered(Member member) {
                throw new IllegalStateException("oops");
            }

            @Override
            public void left(Member member) {}
        });
        presence.watch(channel, listener);
        value(presence.enter(channel, member("a")));
        assertThat(next()).isEqualTo("entered a");
        value(presence.enter(channel, member("b")));
        assertThat(next()).isEqualTo("entered b");
    }

    private String next() throws InterruptedException {
        return Objects.requireNonNull(events.poll(30, TimeUnit.SECONDS), "no event");
    }

    private static <T> T value(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }
}
