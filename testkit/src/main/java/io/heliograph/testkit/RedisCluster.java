package io.heliograph.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Redis cluster of three masters, each with the same number of replicas, on loopback ports. Every method blocks until its effect is visible
 * on all nodes. Not thread-safe.
 */
public final class RedisCluster implements AutoCloseable {

    private static final int MASTERS = 3;
    private static final int SLOTS = 16384;
    private static final int MIGRATED_AT_ONCE = 100;

    private final List<RedisServer> nodes = new ArrayList<>();
    private final int[] owners = new int[SLOTS];

    /** Indices of the nodes that are masters at present. */
    private final int[] masters = {0, 1, 2};

    private RedisCluster() {}

    /**
     * Starts a cluster. The slots are divided evenly, in order.
     *
     * @param replicas number of replicas of each master
     * @param options further configuration of each server, see {@link RedisServer#start}
     */
    public static RedisCluster start(Path folder, int replicas, String... options) throws IOException {
        RedisCluster cluster = new RedisCluster();
        try {
            cluster.form(folder, replicas, options);
            return cluster;
        } catch (Throwable failed) {
            cluster.close();
            throw failed;
        }
    }

    private void form(Path folder, int replicas, String... options) throws IOException {
        String[] all = Arrays.copyOf(options, options.length + 4);
        System.arraycopy(
                new String[] {"cluster-enabled", "yes", "cluster-node-timeout", "3000"}, 0, all, options.length, 4);
        for (int i = 0; i < MASTERS * (1 + replicas); i++) {
            nodes.add(RedisServer.start(folder, all));
        }
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).command("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
        }
        for (int i = 0; i < MASTERS; i++) {
            int first = i * SLOTS / MASTERS;
            int last = (i + 1) * SLOTS / MASTERS - 1;
            Arrays.fill(owners, first, last + 1, i);
            nodes.get(i).command("CLUSTER", "ADDSLOTSRANGE", String.valueOf(first), String.valueOf(last));
        }
        for (RedisServer node : nodes.subList(1, nodes.size())) {
            nodes.getFirst()
                    .command(
                            "CLUSTER",
                            "MEET",
                            node.address().host(),
                            String.valueOf(node.port()),
                            String.valueOf(node.busPort()));
        }
        awaitState("cluster_known_nodes:" + nodes.size() + "\r");
        for (int i = MASTERS; i < nodes.size(); i++) {
            nodes.get(i).command("CLUSTER", "REPLICATE", id(nodes.get(i % MASTERS)));
        }
        awaitState("cluster_state:ok");
        for (RedisServer replica : nodes.subList(MASTERS, nodes.size())) {
            replica.awaitReplication();
        }
    }

    /** Returns the master with the index 0, 1 or 2, as of the last {@link #takeOver}. */
    public RedisServer master(int index) {
        return nodes.get(masters[index]);
    }

    /** Returns the first node that was started as a replica of the master with this index. */
    public RedisServer replica(int index) {
        return nodes.get(MASTERS + index);
    }

    /** Returns the index of the master of a slot. */
    public int owner(int slot) {
        return owners[slot];
    }

    /** Returns the slot of a key. */
    public int slot(String key) throws IOException {
        return ((Long) Objects.requireNonNull(nodes.getFirst().command("CLUSTER", "KEYSLOT", key))).intValue();
    }

    /** Moves a slot with its keys to the master with the index {@code to}. */
    public void moveSlot(int slot, int to) throws IOException {
        beginMove(slot, to);
        endMove(slot, to);
    }

    /** Begins to move a slot: from now on the masters answer {@code ASK} and {@code TRYAGAIN} to some commands. */
    public void beginMove(int slot, int to) throws IOException {
        if (owners[slot] == to) {
            throw new IllegalArgumentException("to: " + to + " (expected: not the owner of the slot " + slot + ")");
        }
        RedisServer source = master(owners[slot]);
        RedisServer target = master(to);
        target.command("CLUSTER", "SETSLOT", String.valueOf(slot), "IMPORTING", id(source));
        source.command("CLUSTER", "SETSLOT", String.valueOf(slot), "MIGRATING", id(target));
    }

    /** Moves the keys of a slot after {@link #beginMove}, and makes the target its owner. */
    public void endMove(int slot, int to) throws IOException {
        RedisServer source = master(owners[slot]);
        RedisServer target = master(to);
        String number = String.valueOf(slot);
        while (source.command("CLUSTER", "GETKEYSINSLOT", number, String.valueOf(MIGRATED_AT_ONCE))
                        instanceof List<?> keys
                && !keys.isEmpty()) {
            List<String> line =
                    new ArrayList<>(List.of("MIGRATE", "127.0.0.1", String.valueOf(target.port()), "", "0"));
            line.addAll(List.of("5000", "KEYS"));
            keys.forEach(key -> line.add(String.valueOf(key)));
            source.command(line.toArray(new String[0]));
        }
        target.command("CLUSTER", "SETSLOT", number, "NODE", id(target));
        source.command("CLUSTER", "SETSLOT", number, "NODE", id(target));
        owners[slot] = to;
        for (int i = 0; i < MASTERS; i++) {
            RedisServer other = master(i);
            if (other != target) {
                other.command("CLUSTER", "SETSLOT", number, "NODE", id(target));
            }
            RedisServer.await("aware of the moved slot", () -> names(other, slot, target.port()));
        }
    }

    private static boolean names(RedisServer node, int slot, int port) {
        try {
            if (node.command("CLUSTER", "SLOTS") instanceof List<?> ranges) {
                for (Object range : ranges) {
                    if (range instanceof List<?> fields
                            && fields.get(0) instanceof Long first
                            && fields.get(1) instanceof Long last
                            && fields.get(2) instanceof List<?> master
                            && first <= slot
                            && slot <= last) {
                        return Long.valueOf(port).equals(master.get(1));
                    }
                }
            }
            return false;
        } catch (IOException | RedisException notYet) {
            return false;
        }
    }

    /** Makes the replica of a master its successor, without the agreement of the others: {@code CLUSTER FAILOVER TAKEOVER}. */
    public void takeOver(int index) throws IOException {
        RedisServer replica = replica(index);
        replica.command("CLUSTER", "FAILOVER", "TAKEOVER");
        masters[index] = MASTERS + index;
        awaitMaster(replica);
    }

    /** Kills a master, and waits until the others have elected its replica, which takes about 5 s. */
    public void failOver(int index) throws IOException {
        master(index).kill();
        awaitMaster(replica(index));
        masters[index] = MASTERS + index;
    }

    private void awaitMaster(RedisServer replica) throws IOException {
        String flag = id(replica) + " ";
        RedisServer.await("aware of the new master", () -> nodes.stream().allMatch(node -> isMaster(node, flag)));
    }

    private static boolean isMaster(RedisServer node, String flag) {
        try {
            return String.valueOf(node.command("CLUSTER", "NODES"))
                    .lines()
                    .anyMatch(
                            line -> line.startsWith(flag) && line.contains("master") && line.matches(".* \\d+-\\d+.*"));
        } catch (IOException | RedisException away) {
            // A killed node need not know.
            return true;
        }
    }

    private void awaitState(String state) {
        RedisServer.await(
                "in the state " + state.strip(),
                () -> nodes.stream().allMatch(node -> {
                    try {
                        return String.valueOf(node.command("CLUSTER", "INFO")).contains(state);
                    } catch (IOException | RedisException notYet) {
                        return false;
                    }
                }));
    }

    private static String id(RedisServer node) throws IOException {
        return String.valueOf(node.command("CLUSTER", "MYID"));
    }

    /** Kills all nodes. */
    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }
}
