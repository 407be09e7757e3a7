package io.heliograph.exchange.redis;

import static io.heliograph.testkit.Await.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.HeliographException;
import io.heliograph.exchange.ControlContract;
import io.heliograph.exchange.control.Command;
import io.heliograph.exchange.control.Command.Target;
import io.heliograph.exchange.control.Control;
import io.heliograph.exchange.control.Node;
import io.heliograph.exchange.control.NodeChange;
import io.heliograph.testkit.RedisServer;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Control of several nodes on one Redis, and the contract of one node. */
class RedisControlTest extends ControlContract {

    private static final Duration TTL = Duration.ofSeconds(3);
    private static final Duration BEAT = Duration.ofMillis(100);
    private static final Target ADA = new Target.User("ada");

    @RegisterExtension
    private final Scratch scratch = new Scratch();

    private @Nullable RedisServer server;
    private int prefixes;

    /** Node with what it executed. */
    private static final class TestNode {
        final RespControlLink link;
        final RedisControl control;
        final BlockingQueue<Command> executed = new LinkedBlockingQueue<>();
        final BlockingQueue<NodeChange> changes = new LinkedBlockingQueue<>();

        TestNode(RespControlLink link, RedisControl control) {
            this.link = link;
            this.control = control;
            control.onCommand(executed::add);
            control.onChange(changes::add);
        }

        Command next() throws InterruptedException {
            return executed.poll(30, TimeUnit.SECONDS);
        }

        NodeChange nextChange() throws InterruptedException {
            return changes.poll(30, TimeUnit.SECONDS);
        }

        /** Waits for the joined nodes after the start of this one. */
        void awaitJoined(int count) throws InterruptedException {
            for (int i = 0; i < count; i++) {
                assertThat(nextChange()).isInstanceOf(NodeChange.Joined.class);
            }
        }
    }

    private RedisServer server() {
        try {
            if (server == null) {
                server = scratch.closing(RedisServer.start(scratch.folder()));
            }
            return server;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String id() {
        return "-%08x".formatted(ThreadLocalRandom.current().nextInt());
    }

    private TestNode node(String prefix, String name) {
        return node(prefix, name, TTL, BEAT);
    }

    private TestNode node(String prefix, String name, Duration ttl, Duration beat) {
        RespControlLink link = scratch.closing(new RespControlLink(server().port()));
        Membership.Settings settings = new Membership.Settings(name + id(), "", ttl, beat);
        RedisControl control = new RedisControl(link, new ControlKeys(prefix), settings, Duration.ofSeconds(10));
        scratch.closing(control::close);
        TestNode node = new TestNode(link, control);
        control.start();
        return node;
    }

    private TestNode joined(String name) {
        TestNode node = node("t", name);
        value(node.control.revocations());
        return node;
    }

    @Override
    protected Control newControl() {
        RespControlLink link = scratch.closing(new RespControlLink(server().port()));
        RedisControl control = new RedisControl(
                link,
                new ControlKeys("p" + ++prefixes),
                new Membership.Settings("node" + id(), "", TTL, BEAT),
                Duration.ofSeconds(10));
        scratch.closing(control::close);
        control.start();
        return control;
    }

    private static Command disconnect(int code) {
        return new Command.Disconnect(ADA, code, "bye");
    }

    private static Command.Revoke revoke(Target target) {
        Instant now = Instant.now();
        return new Command.Revoke(target, now, now.plusSeconds(3600));
    }

    @Test
    void commandsReachAllNodesInOneOrder() throws Exception {
        List<TestNode> nodes = List.of(joined("a"), joined("b"), joined("c"));
        nodes.get(0).awaitJoined(2);
        nodes.get(1).awaitJoined(2);
        CompletableFuture<Integer> last = new CompletableFuture<>();
        for (int i = 0; i < 50; i++) {
            nodes.get(0).control.send(disconnect(i));
            last = nodes.get(1).control.send(disconnect(1000 + i));
        }
        assertThat(value(last)).isEqualTo(3);
        for (int i = 0; i < 100; i++) {
            Command first = nodes.get(0).next();
            assertThat(nodes.get(1).next()).isEqualTo(first);
            assertThat(nodes.get(2).next()).isEqualTo(first);
        }
    }

    @Test
    void nodesSeeEachOtherJoinAndLeave() throws Exception {
        TestNode a = joined("a");
        TestNode b = joined("b");
        a.awaitJoined(1);
        assertThat(a.control.nodes())
                .extracting(Node::id)
                .contains(b.control.self().id());
        value(b.control.close());
        assertThat(a.nextChange()).isEqualTo(new NodeChange.Left(b.control.self()));
    }

    @Test
    void silentNodeIsDeadAndItsMembersAreReaped() throws Exception {
        TestNode a = joined("a");
        BlockingQueue<String> reaped = new LinkedBlockingQueue<>();
        a.control.membership().reaper(node -> {
            reaped.add(node);
            return CompletableFuture.completedFuture(null);
        });
        TestNode b = joined("b");
        a.awaitJoined(1);
        Node before = b.control.self();
        long silent = System.nanoTime();
        b.link.offline();
        assertThat(a.nextChange()).isEqualTo(new NodeChange.Dead(before));
        assertThat(Duration.ofNanos(System.nanoTime() - silent)).isGreaterThan(TTL.minus(BEAT.multipliedBy(3)));
        assertThat(reaped.poll(30, TimeUnit.SECONDS)).isEqualTo(before.id());
        BlockingQueue<String> identities = new LinkedBlockingQueue<>();
        b.control.membership().onIdentity(() -> identities.add(b.control.self().id()));
        b.link.online();
        assertThat(identities.poll(30, TimeUnit.SECONDS)).isNotNull().isNotEqualTo(before.id());
        assertThat(a.nextChange()).isEqualTo(new NodeChange.Joined(b.control.self()));
    }

    @Test
    void nodeCutOffExecutesCommandsWhenItReturns() throws Exception {
        TestNode a = joined("a");
        TestNode b = joined("b");
        a.awaitJoined(1);
        b.link.offline();
        CompletableFuture<Integer> sent = a.control.send(disconnect(1));
        assertThat(a.next()).isEqualTo(disconnect(1));
        b.link.online();
        assertThat(b.next()).isEqualTo(disconnect(1));
        assertThat(value(sent)).isEqualTo(2);
        assertThat(b.control.gaps()).isZero();
    }

    @Test
    void nodeExecutesRevocationsThatTheLogLacks() throws Exception {
        TestNode a = joined("a");
        TestNode b = joined("b");
        a.awaitJoined(1);
        b.link.offline();
        Command.Revoke revoke = revoke(ADA);
        a.control.send(revoke);
        a.control.send(disconnect(1));
        a.control.send(disconnect(2));
        assertThat(List.of(a.next(), a.next(), a.next())).hasSize(3);
        server().command("LTRIM", "t:{0}:l", "2", "2");
        b.link.online();
        assertThat(List.of(b.next(), b.next())).containsExactlyInAnyOrder(revoke, disconnect(2));
        assertThat(b.control.gaps()).isOne();
    }

    private void replace(int index, int offset, int number, Command command) throws IOException {
        server().command(
                        "LSET",
                        "t:{0}:l",
                        String.valueOf(index),
                        "other " + offset + " x-1 " + number + " " + CommandText.format(command));
    }

    @Test
    void commandsOfAnotherLogAreExecutedAfterAGap() throws Exception {
        TestNode a = joined("a");
        value(a.control.send(disconnect(1)));
        TestNode b = joined("b");
        a.awaitJoined(1);
        value(a.control.send(disconnect(2)));
        value(a.control.send(disconnect(3)));
        assertThat(List.of(b.next(), b.next())).containsExactly(disconnect(2), disconnect(3));
        b.link.offline();
        replace(1, 2, 1, disconnect(8));
        replace(2, 3, 2, disconnect(9));
        a.control.send(disconnect(4));
        b.link.online();
        assertThat(List.of(b.next(), b.next(), b.next())).containsExactly(disconnect(8), disconnect(9), disconnect(4));
        assertThat(b.executed).isEmpty();
        assertThat(b.control.gaps()).isOne();
    }

    @Test
    void commandLostByAPromotionIsExecutedOnce() throws Exception {
        RedisServer replica = scratch.closing(RedisServer.start(scratch.folder()));
        TestNode a = joined("a");
        TestNode b = joined("b");
        a.awaitJoined(1);
        assertThat(value(a.control.send(disconnect(1)))).isEqualTo(2);
        replica.replicate(server());
        replica.detach();
        Command.Revoke revoke = revoke(ADA);
        b.link.offline();
        CompletableFuture<Integer> lost = a.control.send(revoke);
        assertThat(List.of(a.next(), a.next())).containsExactly(disconnect(1), revoke);
        server().kill();
        replica.promote();
        a.link.moveTo(replica.port());
        b.link.moveTo(replica.port());
        b.link.online();
        assertThat(List.of(b.next(), b.next())).containsExactly(disconnect(1), revoke);
        assertThat(value(lost)).isEqualTo(2);
        assertThat(value(b.control.send(disconnect(2)))).isEqualTo(2);
        // The own revocation is executed again, because the cursor of the node is not in the log any more.
        assertThat(List.of(a.next(), a.next())).containsExactlyInAnyOrder(revoke, disconnect(2));
        assertThat(b.next()).isEqualTo(disconnect(2));
        assertThat(value(b.control.revocations())).containsExactly(revoke);
    }

    @Test
    void emptiedRedisGetsRevocationsAgain() throws Exception {
        TestNode a = joined("a");
        Command.Revoke revoke = revoke(ADA);
        value(a.control.send(revoke));
        server().restart();
        value(a.control.send(disconnect(1)));
        TestNode b = joined("b");
        assertThat(value(b.control.revocations())).containsExactly(revoke);
    }

    @Test
    void commandsBeforeTheStartAreNotExecuted() throws Exception {
        TestNode a = joined("a");
        value(a.control.send(disconnect(1)));
        TestNode b = joined("b");
        a.awaitJoined(1);
        value(a.control.send(disconnect(2)));
        assertThat(b.next()).isEqualTo(disconnect(2));
    }

    @Test
    void startFailsWithoutRedis() throws Exception {
        server().kill();
        RespControlLink link = scratch.closing(new RespControlLink(server().port()));
        RedisControl control = new RedisControl(
                link, new ControlKeys("t"), new Membership.Settings("a" + id(), "", TTL, BEAT), Duration.ofMillis(300));
        scratch.closing(control::close);
        control.start();
        assertThatThrownBy(() -> value(control.revocations())).hasMessageContaining("is not available");
        assertThatThrownBy(() -> value(control.send(disconnect(1))))
                .hasCauseInstanceOf(HeliographException.class)
                .hasMessageContaining("not connected to Redis");
    }
}
