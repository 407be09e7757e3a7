package io.heliograph.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.rpc.RpcClient;
import io.heliograph.server.Hub;
import io.heliograph.server.ManagementProtocol;
import io.heliograph.server.Protocols;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** Dashboard of a hub in a browser. */
@Timeout(180)
class DashboardTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Property with the folder of screenshots for the documentation. */
    private static final String SCREENSHOTS = "dashboard.screenshots";

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private Hub hub = Hub.builder().daemon(true).build();

    @AfterEach
    void close() {
        hub.close();
        hub.closed().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private void start(ManagementProtocol management) {
        hub = Hub.builder()
                .daemon(true)
                .listen("ws://127.0.0.1:0/rpc", Protocols.rpc())
                .listen("unix:" + scratch.path("s"), Protocols.ipc())
                .listen("http://127.0.0.1:0", management)
                .build();
        hub.procedure("sum", Object.class, (data, call) -> 3);
        hub.start().orTimeout(10, TimeUnit.SECONDS).join();
    }

    private ChromeDriver open() {
        ChromeOptions options = new ChromeOptions();
        options.setBinary("/usr/bin/chromium");
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + scratch.path("browser"));
        ChromeDriver page = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(Path.of("/usr/bin/chromedriver").toFile())
                        .usingAnyFreePort()
                        .build(),
                options);
        scratch.closing(page::quit);
        page.manage().window().setSize(new Dimension(1280, 900));
        page.get(hub.listeners().getLast().url() + "/_helio/");
        return page;
    }

    private static void awaitText(ChromeDriver page, String id, String text) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(page.findElement(By.id(id)).getText()).isEqualTo(text));
    }

    private RpcClient client() {
        RpcClient client = scratch.closing(
                RpcClient.builder(URI.create(hub.listeners().getFirst().url())).build());
        client.connect().orTimeout(10, TimeUnit.SECONDS).join();
        return client;
    }

    @Test
    void figuresShownEqualFiguresDriven() throws IOException {
        start(Protocols.management());
        RpcClient client = client();
        client();
        client();
        for (int i = 0; i < 17; i++) {
            client.call("sum", List.of(), Object.class)
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
        }
        hub.channel("jobs/7").on(each -> {});
        for (int i = 0; i < 23; i++) {
            hub.channel("jobs/7").publish(i).orTimeout(10, TimeUnit.SECONDS).join();
        }
        ChromeDriver page = open();
        awaitText(page, "connections", "3");
        awaitText(page, "total-calls", "17");
        awaitText(page, "total-published", "23");
        awaitText(page, "drops", "0");
        client.closeGracefully(Duration.ofSeconds(5)).join();
        awaitText(page, "connections", "2");
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(page.findElement(By.tagName("main")).getText())
                                .contains("closed by the client"));
        assertAccessible(page);
        for (String view : List.of("Connections", "Channels", "Procedures", "Log")) {
            page.findElement(By.id("view-" + view)).click();
            await().atMost(PATIENCE)
                    .until(() -> !page.findElements(By.cssSelector("tbody tr")).isEmpty());
            assertAccessible(page);
        }
        assertThat(page.executeScript("return performance.getEntriesByType('resource').map(each => each.name)"
                        + ".filter(name => !name.startsWith(location.origin) && !name.startsWith('data:'))"))
                .as("requests to other hosts")
                .isEqualTo(List.of());
        assertThat(page.manage().logs().get(LogType.BROWSER).getAll().stream()
                        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                        .map(LogEntry::getMessage))
                .as("violations of the policy, and errors")
                .isEmpty();
    }

    @Test
    void hiddenPageSendsNothing() {
        start(Protocols.management());
        ChromeDriver page = open();
        awaitText(page, "connections", "0");
        page.executeScript("Object.defineProperty(document, 'hidden', {configurable: true, value: true});"
                + "document.dispatchEvent(new Event('visibilitychange'))");
        long[] before = {-1};
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).until(() -> {
            long last = before[0];
            before[0] = requests(page);
            return last == before[0]; // The last responses have arrived.
        });
        await().during(Duration.ofSeconds(4)).atMost(PATIENCE).until(() -> requests(page) == before[0]);
        page.executeScript("Object.defineProperty(document, 'hidden', {configurable: true, value: false});"
                + "document.dispatchEvent(new Event('visibilitychange'))");
        await().atMost(PATIENCE).until(() -> requests(page) > before[0]);
    }

    /** Number of the requests of a page. */
    private static long requests(ChromeDriver page) {
        return (Long) requireNonNull(page.executeScript("return performance.getEntriesByType('resource').length"));
    }

    @Test
    void twoThousandConnectionsAreShownInPages() throws IOException {
        start(Protocols.management());
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(scratch.path("s"));
        for (int i = 0; i < 2000; i++) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(address);
            scratch.closing(channel);
        }
        ChromeDriver page = open();
        awaitText(page, "connections", "2,000");
        page.findElement(By.id("view-Connections")).click();
        awaitText(page, "range", "1–100 of 2,000");
        page.findElement(By.id("next")).click();
        awaitText(page, "range", "101–200 of 2,000");
        assertThat(page.findElements(By.cssSelector("tbody tr"))).hasSize(100);
    }

    @Test
    void tokenIsAskedFor() throws IOException {
        start(Protocols.management().token("0123456789abcdef"));
        ChromeDriver page = open();
        await().atMost(PATIENCE).until(() -> !page.findElements(By.id("token")).isEmpty());
        assertAccessible(page);
        page.findElement(By.id("token")).sendKeys("wrong\n");
        awaitText(page, "problem", "token: wrong (expected: the value of management.token)");
        page.findElement(By.id("token")).clear();
        page.findElement(By.id("token")).sendKeys("0123456789abcdef\n");
        awaitText(page, "connections", "0");
    }

    /** Runs axe-core for each width and color scheme, and checks that nothing is wider than the window. */
    private static void assertAccessible(ChromeDriver page) throws IOException {
        page.executeScript(Files.readString(Path.of("node_modules/axe-core/axe.min.js")));
        for (int width : List.of(1280, 390)) {
            for (String scheme : List.of("light", "dark")) {
                page.executeCdpCommand(
                        "Emulation.setDeviceMetricsOverride",
                        Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
                page.executeCdpCommand(
                        "Emulation.setEmulatedMedia",
                        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
                assertThat(page.executeAsyncScript("const done = arguments[0]; axe.run().then(({violations}) =>"
                                + " done(violations.map(({id, nodes}) => id + ': ' + nodes.map(({html}) => html))))"))
                        .as("findings of axe at width %s, %s", width, scheme)
                        .isEqualTo(List.of());
                assertThat(page.executeScript("return document.documentElement.scrollWidth <= innerWidth"))
                        .as("fits into width %s", width)
                        .isEqualTo(true);
                keepScreenshot(page, (width > 1000 ? "wide" : "narrow") + "-" + scheme);
            }
        }
        page.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        page.executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    /** Keeps the first picture of each name. */
    private static void keepScreenshot(ChromeDriver page, String name) throws IOException {
        String folder = System.getProperty(SCREENSHOTS);
        if (folder != null) {
            Path file = Path.of(folder).resolve("dashboard-" + name + ".png");
            if (!Files.exists(file)) {
                Files.write(file, page.getScreenshotAs(OutputType.BYTES));
            }
        }
    }

    @Test
    void vendoredFilesAreThoseOfNpm() {
        Path vendor = Path.of("../server/src/main/resources/io/heliograph/server/management/dashboard/vendor");
        assertThat(vendor.resolve("htm-preact.js"))
                .hasSameTextualContentAs(Path.of("node_modules/htm/preact/standalone.module.js"));
        assertThat(vendor.resolve("uplot.js"))
                .hasSameTextualContentAs(Path.of("node_modules/uplot/dist/uPlot.iife.min.js"));
        assertThat(vendor.resolve("uplot.css"))
                .hasSameTextualContentAs(Path.of("node_modules/uplot/dist/uPlot.min.css"));
    }
}
