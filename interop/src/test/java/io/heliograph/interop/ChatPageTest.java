package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** Chat page of {@code helio serve --demo} in a browser, with the npm client that the page loads. */
@Timeout(180) // four programs start, on a machine that may be busy
class ChatPageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Property with the file name of a screenshot for the documentation. */
    private static final String SCREENSHOT = "chat.screenshot";

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    void pagesExchangeMessagesAcrossServerRestart() {
        PeerProcess server = serve(0);
        URI url = page(server);
        WebDriver ada = open(url);
        WebDriver grace = open(url);

        join(ada, "Ada");
        join(grace, "Grace");
        say(ada, "What does the mirror on the hill say?");
        awaitMessages(grace, "Ada: What does the mirror on the hill say?");
        say(grace, "Three long flashes: the page works.");
        awaitMessages(ada, "Ada: What does the mirror on the hill say?", "Grace: Three long flashes: the page works.");

        server.kill9();
        awaitState(ada, "closed");
        awaitState(grace, "closed");
        say(ada, "Said while nobody listened.");
        assertThat(messages(grace)).hasSize(2);

        PeerProcess again = serve(url.getPort());
        assertThat(page(again)).isEqualTo(url);
        awaitMessages(
                grace,
                "Ada: What does the mirror on the hill say?",
                "Grace: Three long flashes: the page works.",
                "Ada: Said while nobody listened.");
        say(grace, "But heard in the end, once.");
        awaitMessages(
                ada,
                "Ada: What does the mirror on the hill say?",
                "Grace: Three long flashes: the page works.",
                "Ada: Said while nobody listened.",
                "Grace: But heard in the end, once.");
        await().atMost(PATIENCE)
                .until(() -> ada.findElements(By.cssSelector(".waiting")).isEmpty());
        keepScreenshot(ada);
    }

    @Test
    void rejectedNameIsShownOnThePage() {
        WebDriver page = open(page(serve(0)));
        page.findElement(By.id("name")).sendKeys("mallory\n");
        await().atMost(PATIENCE)
                .until(() -> !page.findElement(By.id("problem")).getText().isEmpty());
        assertThat(page.findElement(By.id("problem")).getText()).contains("mallory");
        assertThat(page.findElement(By.id("say")).isDisplayed()).isFalse();
    }

    private PeerProcess serve(int port) {
        return scratch.closing(PeerProcess.program(
                "io.heliograph.cli.Helio", "serve", "--demo", "--host", "127.0.0.1", "--port", Integer.toString(port)));
    }

    /** Opens the page of a server. */
    private static URI page(PeerProcess server) {
        URI socket = URI.create((String) server.await("listening").get("url"));
        return URI.create("http://127.0.0.1:" + socket.getPort() + "/");
    }

    private WebDriver open(URI page) {
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
                "--user-data-dir=" + scratch.path("browser" + System.nanoTime()));
        ChromeDriverService driver = new ChromeDriverService.Builder()
                .usingDriverExecutable(Path.of("/usr/bin/chromedriver").toFile())
                .usingAnyFreePort()
                .build();
        WebDriver browser = new ChromeDriver(driver, options);
        scratch.closing(browser::quit);
        browser.manage().window().setSize(new Dimension(760, 560));
        browser.get(page.toString());
        awaitState(browser, "open");
        return browser;
    }

    private static void join(WebDriver page, String name) {
        page.findElement(By.id("name")).sendKeys(name + "\n");
        await().atMost(PATIENCE).until(() -> page.findElement(By.id("say")).isDisplayed());
    }

    private static void say(WebDriver page, String text) {
        page.findElement(By.id("text")).sendKeys(text + "\n");
    }

    private static void awaitState(WebDriver page, String state) {
        await().atMost(PATIENCE)
                .until(() -> state.equals(page.findElement(By.id("state")).getDomAttribute("data-state")));
    }

    private static void awaitMessages(WebDriver page, String... expected) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(messages(page)).containsExactly(expected));
    }

    /** Content of the page, read at once. */
    @SuppressWarnings("unchecked") // a list of texts, as the script makes it
    private static List<String> messages(WebDriver page) {
        return (List<String>) Objects.requireNonNull(((ChromeDriver) page)
                .executeScript("return [...document.querySelectorAll('#messages li')].map(item =>"
                        + " item.querySelector('.from').textContent + ': ' + item.lastChild.textContent)"));
    }

    private static void keepScreenshot(WebDriver page) {
        String file = System.getProperty(SCREENSHOT);
        if (file != null) {
            byte[] picture = ((ChromeDriver) page).getScreenshotAs(OutputType.BYTES);
            try {
                Files.write(Path.of(file), picture);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
