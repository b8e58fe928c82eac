"""The tables: what staff edit (the draft), and what visitors see (editions).

A condition is a set of choices, so it is a many-to-many field to Choice. Rows
are named by natural keys, so that a tree can be kept as a fixture.
"""

import datetime as dt
from typing import Any, ClassVar, Self, TypeVar, cast

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wizard import labels
from wizard.labels import choices_of
from wizard.tree import content


class User(AbstractUser):
    """Somebody of the staff. Visitors have no account."""


validate_slug = RegexValidator(
    r"^[a-z0-9]+(-[a-z0-9]+)*$",
    _("Use lower-case letters, digits and single hyphens, as in “card-limit”."),
)


def _slug(**options: Any) -> "models.CharField[str, str]":
    """A name for addresses and references, in kebab case."""
    return models.CharField(
        _("slug"),
        max_length=60,
        validators=[validate_slug],
        help_text=_("Name in addresses and references, e.g. “card-limit”. Do not change it later."),
        **options,
    )


KeyedRow = TypeVar("KeyedRow", bound="Keyed")


class KeyedManager(models.Manager[KeyedRow]):
    """Finds rows by their natural key: slugs from the tree downwards."""

    def get_by_natural_key(self, *key: str | int) -> KeyedRow:
        return self.get(**dict(zip(self.model.key_fields, key, strict=True)))


class Keyed(models.Model):
    """A row that fixtures can name. `key_fields` are lookups from the row."""

    key_fields: ClassVar[tuple[str, ...]] = ("slug",)

    objects = KeyedManager()

    class Meta:
        abstract = True

    def natural_key(self) -> tuple[str | int, ...]:
        def value(lookup: str) -> str | int:
            found: Any = self
            for name in lookup.split("__"):
                found = getattr(found, name)
            return cast("str | int", found)

        return tuple(value(lookup) for lookup in self.key_fields)


class Part(Keyed):
    """A row that belongs to one tree and is named by a slug within it."""

    key_fields = ("tree__slug", "slug")

    tree = models.ForeignKey(
        "Tree", models.CASCADE, related_name="%(class)ss", verbose_name=_("tree")
    )
    slug = _slug()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.slug


def _position() -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(_("position"), default=0)


def _condition(**options: Any) -> "models.ManyToManyField[Choice, Any]":
    options.setdefault("verbose_name", _("when"))
    return models.ManyToManyField("Choice", related_name="+", blank=True, **options)


def _aliases() -> "models.TextField[str, str]":
    return models.TextField(
        _("earlier slugs"),
        blank=True,
        editable=False,
        help_text=_("One a line. Addresses that hold them still work."),
    )


def _days(label: Any) -> "models.PositiveSmallIntegerField[int, int | None]":
    """A number of days, as `content.Days` has it."""
    return models.PositiveSmallIntegerField(
        label, null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )


def _ends_on() -> "models.DateField[dt.date | str | None, dt.date | None]":
    return models.DateField(_("ends on"), null=True, blank=True)


def _text(label: Any, **options: Any) -> "models.TextField[str, str]":
    """Prose. `{police}` in it stands for the number of the contact with that slug."""
    return models.TextField(label, **options)


class Tree(Keyed):
    """One troubleshooting subject, as staff edit it: the draft."""

    slug = _slug(unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = _text(_("summary"))
    position = _position()
    edited_at = models.DateTimeField(_("edited at"), null=True, blank=True, editable=False)
    edited_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("edited by"),
    )

    class Meta:
        verbose_name = _("tree")
        verbose_name_plural = _("trees")
        ordering = ("position", "slug")

    def __str__(self) -> str:
        return self.title or self.slug

    def get_absolute_url(self) -> str:
        return reverse("tree", kwargs={"slug": self.slug})

    def lock(self) -> None:
        """Wait until nobody else writes this draft or publishes it, until the transaction ends."""
        Tree.objects.select_for_update().get(pk=self.pk)

    def touch(self, user: User | None) -> None:
        """Remember who changed the draft last."""
        self.edited_at, self.edited_by = timezone.now(), user
        Tree.objects.filter(pk=self.pk).update(edited_at=self.edited_at, edited_by=user)

    @property
    def edition(self) -> "Edition | None":
        """The edition that visitors see: the newest that is visible already."""
        return self.editions.visible().first()

    @property
    def scheduled(self) -> "Edition | None":
        """The edition that visitors will see later, if one waits."""
        return self.editions.exclude(pk__in=self.editions.visible()).first()


class Source(Keyed):
    """Where a claim comes from. Shared by all trees."""

    slug = _slug(unique=True)
    title = models.CharField(_("title"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=200)
    url = models.URLField(_("address"), max_length=500, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    checked_on = models.DateField(_("checked on"))
    grade = models.CharField(_("grade"), max_length=10, choices=choices_of(labels.GRADES))

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ("slug",)

    def __str__(self) -> str:
        return f"{self.title} ({self.slug})"


class Contact(Keyed):
    """A phone number or address. Numbers stand here and nowhere else."""

    slug = _slug(unique=True)
    kind = models.CharField(_("kind"), max_length=5, choices=choices_of(labels.CONTACT_KINDS))
    value = models.CharField(_("number or address"), max_length=200)
    name = models.CharField(_("name"), max_length=100)
    purpose = _text(_("what it is for"))
    hours = models.CharField(_("hours"), max_length=100, blank=True)
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    sources = models.ManyToManyField(Source, verbose_name=_("sources"), blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ("slug",)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class Figure(Keyed):
    """A rate, cap or date that changes with time. It stands in this one place only."""

    slug = _slug(unique=True)
    name = models.CharField(_("name"), max_length=100)
    value = models.CharField(_("value"), max_length=60)
    as_of = models.DateField(_("known for"))
    checked_on = models.DateField(_("checked on"))
    grade = models.CharField(_("grade"), max_length=10, choices=choices_of(labels.GRADES))
    sources = models.ManyToManyField(Source, verbose_name=_("sources"), blank=True)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ("slug",)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Term(Keyed):
    """A word of the glossary. Shared by all trees."""

    slug = _slug(unique=True)
    name = models.CharField(_("word"), max_length=100)
    meaning = _text(_("meaning"))
    words = _text(_("spellings"))

    class Meta:
        verbose_name = _("glossary word")
        verbose_name_plural = _("glossary")
        ordering = ("slug",)

    def __str__(self) -> str:
        return f"{self.slug}: {self.name}"


class Question(Part):
    """One screen. The first question of a tree is where every walk starts."""

    aliases = _aliases()
    kind = models.CharField(
        _("kind"), max_length=8, choices=choices_of(labels.KINDS), default="single"
    )
    title = models.CharField(_("question"), max_length=200)
    short = models.CharField(_("short form"), max_length=60)
    help = _text(_("help"), blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    minimum = models.DecimalField(
        _("smallest number"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    maximum = models.DecimalField(
        _("largest number"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    position = _position()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ("tree", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("tree", "slug"), name="question_slug_once_per_tree"),
        )

    def __str__(self) -> str:
        return f"{self.slug}: {self.title}"


class Choice(Keyed):
    """One possible answer. For a number: the range from `at_least` upwards."""

    key_fields = ("question__tree__slug", "question__slug", "slug")

    question = models.ForeignKey(
        Question, models.CASCADE, related_name="choices", verbose_name=_("question")
    )
    slug = _slug()
    aliases = _aliases()
    label = models.CharField(_("label"), max_length=200)
    hint = models.CharField(_("hint"), max_length=300, blank=True)
    at_least = models.DecimalField(
        _("from"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    exclusive = models.BooleanField(_("excludes the others"), default=False)
    none = models.BooleanField(_("means “none of these”"), default=False)
    unsure = models.BooleanField(_("means “not sure”"), default=False)
    audience = models.CharField(
        _("says who borrows"), max_length=8, choices=choices_of(labels.AUDIENCES), blank=True
    )
    position = _position()

    class Meta:
        verbose_name = _("choice")
        verbose_name_plural = _("choices")
        ordering = ("question__tree", "question__position", "question", "position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("question", "slug"), name="choice_slug_once_per_question"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question.tree.slug} · {self.question.slug} = {self.slug} ({self.label})"

    def users(self) -> list[models.Model]:
        """The rows whose condition, answers or implied answers name this choice."""
        owners = (Route, Evidence, Action, Message, Scenario)
        found: list[models.Model] = []
        for owner in owners:
            fields = [f.name for f in owner._meta.many_to_many if f.related_model is Choice]
            for name in fields:
                found.extend(owner._default_manager.filter(**{name: self}).distinct())
        return found


class Route(Keyed):
    """From a question to the next one, when a condition holds."""

    key_fields = ("question__tree__slug", "question__slug", "position")

    question = models.ForeignKey(
        Question, models.CASCADE, related_name="routes", verbose_name=_("question")
    )
    to = models.ForeignKey(
        Question, models.RESTRICT, related_name="routes_here", verbose_name=_("leads to")
    )
    when = _condition()
    otherwise = models.BooleanField(_("otherwise"), default=False)
    position = _position()

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering = ("question__tree", "question__position", "question", "position", "pk")

    def __str__(self) -> str:
        return f"{self.question.slug} → {self.to.slug}"


class Action(Part):
    """One thing to do."""

    theme = models.CharField(_("theme"), max_length=24, choices=choices_of(labels.THEMES))
    horizon = models.CharField(_("horizon"), max_length=8, choices=choices_of(labels.HORIZONS))
    title = models.CharField(_("title"), max_length=120)
    body = _text(_("what to do"))
    where = models.CharField(_("where in the app"), max_length=200, blank=True)
    letter = _text(_("ready letter"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes it takes"), null=True, blank=True)
    answer_days = _days(_("days to answer"))
    general = models.BooleanField(_("for everybody"), default=False)
    ends_on = _ends_on()
    when = _condition()
    contacts = models.ManyToManyField(Contact, verbose_name=_("contacts"), blank=True)
    sources = models.ManyToManyField(Source, verbose_name=_("sources"), blank=True)
    position = _position()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ("tree", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("tree", "slug"), name="action_slug_once_per_tree"),
        )

    def __str__(self) -> str:
        return f"{self.slug}: {self.title}"


class Finding(Part):
    """A possible cause."""

    title = models.CharField(_("title"), max_length=120)
    explanation = _text(_("explanation"))
    differs = _text(_("how it differs"), blank=True)
    remedy_time = _text(_("how long the remedy takes"))
    remedy_grade = models.CharField(
        _("how sure that is"),
        max_length=10,
        choices=choices_of(labels.GRADES),
        default=content.Grade.UNPROVEN.value,
    )
    retry_days = _days(_("days until trying again"))
    avoid = _text(_("what to avoid"), blank=True)
    tell = _text(_("what to tell the platform"), blank=True)
    stopped_at = models.CharField(
        _("where the money stopped"), max_length=12, choices=choices_of(labels.STATIONS), blank=True
    )
    safety = models.BooleanField(_("safety"), default=False)
    fallback = models.BooleanField(_("fallback"), default=False)
    actions = models.ManyToManyField(
        Action, through="FindingAction", related_name="findings", verbose_name=_("actions")
    )
    sources = models.ManyToManyField(Source, verbose_name=_("sources"), blank=True)
    position = _position()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ("tree", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("tree", "slug"), name="finding_slug_once_per_tree"),
            models.UniqueConstraint(
                fields=("tree",),
                condition=models.Q(fallback=True),
                name="one_fallback_per_tree",
                violation_error_message=_("This tree has a fallback already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.slug}: {self.title}"


class FindingAction(Keyed):
    """An action of a finding, in its place."""

    key_fields = ("finding__tree__slug", "finding__slug", "action__slug")

    finding = models.ForeignKey(
        Finding, models.CASCADE, related_name="steps", verbose_name=_("finding")
    )
    action = models.ForeignKey(
        Action, models.RESTRICT, related_name="steps", verbose_name=_("action")
    )
    position = _position()

    class Meta:
        verbose_name = _("action of the finding")
        verbose_name_plural = _("actions of the finding")
        ordering = ("finding__tree", "finding__position", "finding", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("finding", "action"), name="action_once_per_finding"),
        )

    def __str__(self) -> str:
        return f"{self.finding.slug}: {self.action.slug}"


class Evidence(Keyed):
    """What answers say about a finding."""

    key_fields = ("finding__tree__slug", "finding__slug", "position")

    finding = models.ForeignKey(
        Finding, models.CASCADE, related_name="evidence", verbose_name=_("finding")
    )
    effect = models.CharField(_("effect"), max_length=9, choices=choices_of(labels.EFFECTS))
    when = _condition()
    because = _text(_("why"))
    position = _position()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("finding__tree", "finding__position", "finding", "position", "pk")

    def __str__(self) -> str:
        return f"{self.finding.slug} {self.effect} {self.position}"


class Alternative(Part):
    """Another way to get money, or to need less of it: one row of the table."""

    name = models.CharField(_("name"), max_length=100)
    for_persons = models.BooleanField(_("for persons"), default=False)
    for_businesses = models.BooleanField(_("for businesses"), default=False)
    borrowing = models.BooleanField(_("is borrowing"), default=True)
    within = models.CharField(_("soonest"), max_length=8, choices=choices_of(labels.HORIZONS))
    who = _text(_("who can get it"))
    size = _text(_("how much"))
    cost = _text(_("cost a year"))
    time = _text(_("how long it takes"))
    papers = _text(_("papers"))
    risks = _text(_("risks"))
    how = _text(_("first step"))
    ends_on = _ends_on()
    contacts = models.ManyToManyField(Contact, verbose_name=_("contacts"), blank=True)
    sources = models.ManyToManyField(Source, verbose_name=_("sources"), blank=True)
    position = _position()

    class Meta:
        verbose_name = _("alternative")
        verbose_name_plural = _("alternatives")
        ordering = ("tree", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("tree", "slug"), name="alternative_slug_once_per_tree"),
        )

    def __str__(self) -> str:
        return f"{self.slug}: {self.name}"


class Message(Part):
    """A text seen on screen, with the answers it implies."""

    text = models.CharField(_("text on screen"), max_length=300)
    literal = models.BooleanField(_("literal"), default=False)
    meaning = _text(_("what it means"))
    implies = _condition(verbose_name=_("implied answers"))
    finding = models.ForeignKey(
        Finding,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("finding"),
    )
    wordings = _text(_("other wordings"), blank=True)
    source = models.ForeignKey(
        Source, models.RESTRICT, null=True, blank=True, verbose_name=_("source")
    )
    position = _position()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("tree", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("tree", "slug"), name="message_slug_once_per_tree"),
        )

    def __str__(self) -> str:
        return self.text


class Scenario(Part):
    """A saved case that must hold before a tree is published."""

    story = _text(_("story"))
    answers = _condition(verbose_name=_("answers"))
    findings = models.ManyToManyField(
        Finding, through="ScenarioFinding", verbose_name=_("findings expected first")
    )
    actions = models.ManyToManyField(
        Action, related_name="+", blank=True, verbose_name=_("actions that must appear")
    )
    absent_actions = models.ManyToManyField(
        Action, related_name="+", blank=True, verbose_name=_("actions that must not appear")
    )
    position = _position()

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ("tree", "position", "pk")
        constraints = (
            models.UniqueConstraint(fields=("tree", "slug"), name="scenario_slug_once_per_tree"),
        )

    def __str__(self) -> str:
        return f"{self.slug}: {self.story}"


class ScenarioFinding(Keyed):
    """A finding that a scenario expects, in its place."""

    key_fields = ("scenario__tree__slug", "scenario__slug", "finding__slug")

    scenario = models.ForeignKey(
        Scenario, models.CASCADE, related_name="expected", verbose_name=_("scenario")
    )
    finding = models.ForeignKey(
        Finding, models.RESTRICT, related_name="expected_by", verbose_name=_("finding")
    )
    position = _position()

    class Meta:
        verbose_name = _("expected finding")
        verbose_name_plural = _("expected findings")
        ordering = ("scenario__tree", "scenario__position", "scenario", "position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("scenario", "finding"), name="finding_once_per_scenario"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scenario.slug}: {self.finding.slug}"


class EditionQuerySet(models.QuerySet["Edition"]):
    """Editions are made and read, never changed."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("An edition never changes.")

    def visible(self) -> Self:
        """Those that visitors may see already."""
        return self.filter(visible_from__lte=timezone.now())

    def newest(self) -> Self:
        """The newest visible edition of each tree, in the trees' order."""
        newest = (
            Edition.objects.visible()
            .filter(tree=models.OuterRef("tree"))
            .order_by("-number")
            .values("number")
        )
        return self.filter(number=models.Subquery(newest[:1])).order_by(
            "tree__position", "tree__slug"
        )


class Edition(models.Model):
    """A numbered, immutable snapshot of a whole tree. Visitors see only these.

    `document` is canonical JSON (see `content.encode`), `digest` its sha256.
    """

    tree = models.ForeignKey(Tree, models.PROTECT, related_name="editions", verbose_name=_("tree"))
    number = models.PositiveIntegerField(_("number"))
    document = models.TextField(_("document"))
    digest = models.CharField("sha256", max_length=64)
    note = models.CharField(_("note"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)
    visible_from = models.DateTimeField(_("visible from"), default=timezone.now)
    published_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, verbose_name=_("published by")
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ("tree", "-number")
        constraints = (
            models.UniqueConstraint(fields=("tree", "number"), name="edition_number_once_per_tree"),
        )

    def __str__(self) -> str:
        return f"{self.tree.slug} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise TypeError("An edition never changes.")
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("step", kwargs={"slug": self.tree.slug, "number": self.number})


class Note(models.Model):
    """What one colleague tells the others about a part of a draft. Never published.

    `kind` and `slug` name the part as `parts.Place` does.
    """

    tree = models.ForeignKey(Tree, models.CASCADE, related_name="notes", verbose_name=_("tree"))
    kind = models.CharField(_("kind"), max_length=20)
    slug = models.CharField(_("slug"), max_length=60)
    text = models.TextField(_("note"), max_length=2000)
    written_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written at"), default=timezone.now)
    done = models.BooleanField(_("done"), default=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ("done", "-written_at", "-pk")

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}: {self.text[:60]}"


class Result(models.Model):
    """A strategy that somebody chose to share: the edition and the answers, for a time.

    Its two secrets are known here by their sha256 only: `key` finds it, `manage_key`
    proves that somebody made it. What is over keeps no answers, but its keys: whoever
    opens an old link is told that it is over.
    """

    key = models.CharField(max_length=64, unique=True)
    manage_key = models.CharField(max_length=64)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="results")
    answers = models.JSONField()
    hides_answers = models.BooleanField()
    made_on = models.DateField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.edition} until {self.expires_at:%Y-%m-%d}"
