package io.heliograph.server.management;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.heliograph.server.stats.ConnectionStats;
import io.heliograph.transport.LinkStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConnectionTableTest {

    private final List<ConnectionStats> connections = new ArrayList<>();
    private final AtomicLong now = new AtomicLong(5);
    private final ConnectionTable table = new ConnectionTable(() -> List.copyOf(connections), now::get);

    private void connect(String id, String principal, long in, long out, long queued) {
        connections.add(new ConnectionStats(
                id,
                "rpc",
                "ws://x",
                "tcp://1.2.3.4:5",
                principal,
                Instant.EPOCH,
                1,
                0,
                new LinkStats(in, 0, out, 0, queued)));
    }

    @SuppressWarnings("unchecked") // rows of the page
    private List<Map<String, Object>> rows(String order, boolean reversed, String search, int offset, int limit) {
        return (List<Map<String, Object>>) requireNonNull(
                table.page(order, reversed, search, offset, limit).get("rows"));
    }

    private List<Object> ids(String order, boolean reversed, String search, int offset, int limit) {
        return rows(order, reversed, search, offset, limit).stream()
                .map(row -> row.get("id"))
                .toList();
    }

    @Test
    void pagesAreSortedAndSearched() {
        connect("a", "ada", 0, 0, 10);
        connect("b", "Grace", 0, 0, 30);
        connect("c", "ada", 0, 0, 20);
        assertThat(ids("queued", false, "", 0, 10)).containsExactly("b", "c", "a");
        assertThat(ids("queued", true, "", 0, 10)).containsExactly("a", "c", "b");
        assertThat(ids("queued", false, "", 1, 1)).containsExactly("c");
        assertThat(ids("id", false, "ADA", 0, 10)).containsExactly("a", "c");
        assertThat(ids("id", false, "1.2.3.4", 0, 10)).hasSize(3);
        assertThat(table.page("id", false, "grace", 0, 10))
                .containsEntry("total", 3)
                .containsEntry("matching", 1);
    }

    @Test
    void ratesAreThoseSinceTheSnapshotBefore() {
        connect("a", "", 10, 100, 0);
        assertThat(rows("out", false, "", 0, 10))
                .extracting(row -> row.get("sentPerSecond"))
                .containsExactly(0.0);
        connections.clear();
        connect("a", "", 14, 108, 0);
        now.addAndGet(1_999_999_999L);
        assertThat(rows("out", false, "", 0, 10))
                .extracting(row -> row.get("framesSent"))
                .containsExactly(100L);
        now.addAndGet(1);
        assertThat(rows("out", false, "", 0, 10))
                .extracting(row -> row.get("receivedPerSecond"), row -> row.get("sentPerSecond"))
                .containsExactly(tuple(2.0, 4.0));
    }

    @Test
    void rowsAreLimited() {
        for (int i = 0; i < ConnectionTable.MAX_ROWS + 1; i++) {
            connect("id" + i, "", 0, 0, 0);
        }
        assertThat(rows("id", false, "", 0, 100_000)).hasSize(ConnectionTable.MAX_ROWS);
    }
}
