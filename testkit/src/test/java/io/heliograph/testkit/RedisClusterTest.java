package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RedisClusterTest {

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private RedisCluster start(int replicas) throws IOException {
        return scratch.closing(RedisCluster.start(scratch.folder(), replicas));
    }

    @Test
    void slotMovesWithItsKeys() throws IOException {
        RedisCluster cluster = start(0);
        int slot = cluster.slot("{a}1");
        int from = cluster.owner(slot);
        int to = (from + 1) % 3;
        cluster.master(from).command("MSET", "{a}1", "one", "{a}2", "two");
        RedisServer target = cluster.master(to);
        String moved = "MOVED " + slot + " 127.0.0.1:";
        assertThatThrownBy(() -> target.command("GET", "{a}1"))
                .hasMessage(moved + cluster.master(from).port());
        cluster.moveSlot(slot, to);
        assertThat(target.command("GET", "{a}2")).isEqualTo("two");
        assertThat(cluster.owner(slot)).isEqualTo(to);
        for (int other : new int[] {from, 3 - from - to}) {
            assertThatThrownBy(() -> cluster.master(other).command("GET", "{a}1"))
                    .hasMessage(moved + target.port());
        }
    }

    @Test
    void mastersRedirectWhileSlotMoves() throws IOException {
        RedisCluster cluster = start(0);
        int slot = cluster.slot("key");
        int from = cluster.owner(slot);
        int to = (from + 1) % 3;
        cluster.beginMove(slot, to);
        assertThatThrownBy(() -> cluster.master(from).command("GET", "key"))
                .hasMessage("ASK " + slot + " 127.0.0.1:" + cluster.master(to).port());
        cluster.endMove(slot, to);
        assertThat(cluster.master(to).command("GET", "key")).isNull();
        assertThatThrownBy(() -> cluster.moveSlot(slot, to))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("to: " + to + " (expected: not the owner of the slot " + slot + ")");
    }

    @Test
    void replicaTakesOver() throws IOException {
        RedisCluster cluster = start(1);
        int slot = cluster.slot("key");
        int owner = cluster.owner(slot);
        cluster.master(owner).command("SET", "key", "value");
        assertThat(cluster.master(owner).command("WAIT", "1", "10000")).isEqualTo(1L);
        cluster.takeOver(owner);
        assertThat(cluster.master(owner)).isSameAs(cluster.replica(owner));
        assertThat(cluster.master(owner).command("GET", "key")).isEqualTo("value");
    }
}
