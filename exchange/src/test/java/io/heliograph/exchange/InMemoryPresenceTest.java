package io.heliograph.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.ClosedException;
import io.heliograph.exchange.memory.InMemoryPresence;
import io.heliograph.exchange.presence.Presence;
import io.heliograph.exchange.presence.Presence.Member;
import io.heliograph.exchange.presence.PresenceListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InMemoryPresenceTest extends PresenceContract {

    private static final Duration LINGER = Duration.ofSeconds(5);

    private final List<String> log = new CopyOnWriteArrayList<>();
    private final AtomicLong time = new AtomicLong();
    private final InMemoryPresence presence = new InMemoryPresence(LINGER, time::get);

    @Override
    protected Presence newPresence() {
        return presence;
    }

    @Override
    protected void passLinger() {
        time.addAndGet(LINGER.toNanos());
        presence.expire();
    }

    @Test
    void leaveIsReportedAfterTheLingerTimeOnly() {
        presence.watch("news", recording());
        enter(presence, "a");
        enter(presence, "b");
        presence.leave("news", "a");
        time.addAndGet(LINGER.toNanos() / 2);
        presence.leave("news", "b");
        time.addAndGet(LINGER.toNanos() / 2);
        presence.expire();
        await().until(() -> log.contains("-a"));
        passLinger();
        await().until(() -> log.contains("-b"));
        assertThat(log).containsExactly("+a", "+b", "-a", "-b");
    }

    @Test
    void leaveIsReportedByTimerAgainAndAgain() {
        InMemoryPresence timed = new InMemoryPresence(Duration.ofMillis(10), System::nanoTime);
        timed.watch("news", recording());
        for (String id : List.of("a", "b", "c")) {
            enter(timed, id);
            timed.leave("news", id);
            await().until(() -> log.contains("-" + id));
        }
        assertThat(log).containsExactly("+a", "-a", "+b", "-b", "+c", "-c");
    }

    @Test
    void channelWithoutMembersIsForgotten() {
        presence.watch("news", recording());
        enter(presence, "a");
        assertThat(presence.channels()).isEqualTo(1);
        presence.leave("news", "a");
        assertThat(presence.channels()).isZero();
    }

    private void enter(Presence entered, String id) {
        entered.enter("news", new Member(id, "ada", null, "n")).join();
        await().until(() -> log.contains("+" + id));
    }

    @Test
    void membersOfAChannelAreLimited() {
        for (int i = 0; i < Presence.MAX_MEMBERS; i++) {
            presence.enter("news", new Member("m" + i, "ada", null, "n"));
        }
        assertThatThrownBy(() -> presence.enter("news", new Member("more", "ada", null, "n"))
                        .join())
                .hasMessageContaining("100000 members");
        assertThat(presence.enter("news", new Member("m7", "bob", null, "n"))).isCompleted();
        assertThat(presence.enter("sports", new Member("more", "ada", null, "n")))
                .isCompleted();
    }

    @Test
    void closedEngineFailsItsOperations() {
        Engine engine = Engine.inMemory();
        engine.presence().enter("news", new Member("a", "ada", null, "n")).join();
        engine.close();
        assertThatThrownBy(() -> engine.presence().members("news").join()).hasCauseInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> engine.presence().count("news").join()).hasCauseInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> engine.presence().leave("news", "a").join()).hasCauseInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> engine.presence()
                        .enter("news", new Member("a", "ada", null, "n"))
                        .join())
                .hasCauseInstanceOf(ClosedException.class);
        assertThat(engine.broker().state()).isEqualTo(BrokerState.CLOSED);
        assertThat(engine.control().revocations()).isCompletedExceptionally();
    }

    private PresenceListener recording() {
        return new PresenceListener() {
            @Override
            public void entered(Member member) {
                log.add("+" + member.id());
            }

            @Override
            public void left(Member member) {
                log.add("-" + member.id());
            }
        };
    }
}
