BEGIN TRANSACTION;
CREATE TABLE agents (
	"key" TEXT NOT NULL, 
	name TEXT NOT NULL, 
	wave TEXT, 
	first_language TEXT, 
	added DATETIME NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "agents" VALUES('maya peña','Maya Peña','7','Spanish','2026-11-25 10:00:00');
CREATE TABLE cards (
	agent TEXT NOT NULL, 
	item TEXT NOT NULL, 
	state JSON NOT NULL, 
	due DATETIME NOT NULL, 
	updated DATETIME NOT NULL, 
	PRIMARY KEY (agent, item), 
	FOREIGN KEY(agent) REFERENCES agents ("key") ON DELETE CASCADE
);
INSERT INTO "cards" VALUES('maya peña','pairs-thin-tin','{"stability": 2.5}','2026-11-27 10:00:00','2026-11-25 10:10:00');
CREATE TABLE enunciate_schema (
	version INTEGER NOT NULL
);
INSERT INTO "enunciate_schema" VALUES(2);
CREATE TABLE readings (
	sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id TEXT NOT NULL, 
	agent TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	utc_offset INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	script TEXT NOT NULL, 
	title TEXT NOT NULL, 
	module TEXT, 
	overall FLOAT, 
	pronunciation FLOAT, 
	accuracy FLOAT, 
	fluency FLOAT, 
	prosody FLOAT, 
	completeness FLOAT, 
	grammar FLOAT, 
	passed BOOLEAN, 
	rubric TEXT, 
	seconds FLOAT NOT NULL, 
	assessment JSON NOT NULL, 
	recording TEXT, 
	details JSON NOT NULL, 
	UNIQUE (id), 
	FOREIGN KEY(agent) REFERENCES agents ("key") ON DELETE CASCADE
);
INSERT INTO "readings" VALUES(1,'0f2ef34b-a3fb-4083-9513-63ab91a4cf9c','maya peña','2026-11-25 10:05:00.250000',480,'read','late-delivery','A late delivery','empathy',81.5,79.0,90.0,85.5,NULL,100.0,95.0,1,'enunciate-rubric/2',31.25,'{"schema": "enunciate.assessment/1", "transcript": "i am sorry"}',NULL,'{}');
CREATE TABLE reviews (
	sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id TEXT NOT NULL, 
	agent TEXT NOT NULL, 
	item TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	utc_offset INTEGER NOT NULL, 
	rating INTEGER NOT NULL, 
	reading TEXT, 
	details JSON NOT NULL, 
	UNIQUE (id), 
	FOREIGN KEY(agent) REFERENCES agents ("key") ON DELETE CASCADE
);
INSERT INTO "reviews" VALUES(1,'6a5b77d6-6c43-4c8e-9d0c-2f4f1f6a5b77','maya peña','pairs-thin-tin','2026-11-25 10:10:00',480,3,NULL,'{}');
CREATE TABLE sessions (
	sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	id TEXT NOT NULL, 
	agent TEXT NOT NULL, 
	started DATETIME NOT NULL, 
	utc_offset INTEGER NOT NULL, 
	finished DATETIME, 
	"plan" JSON NOT NULL, 
	position JSON NOT NULL, 
	UNIQUE (id), 
	FOREIGN KEY(agent) REFERENCES agents ("key") ON DELETE CASCADE
);
INSERT INTO "sessions" VALUES(1,'129cfddd-95d7-47b7-aaa1-914bd27dee08','maya peña','2026-11-25 10:09:00',480,NULL,'["pairs-thin-tin"]',1);
CREATE TABLE sounds (
	reading TEXT NOT NULL, 
	phone TEXT NOT NULL, 
	count INTEGER NOT NULL, 
	mean FLOAT NOT NULL, 
	called_out INTEGER NOT NULL, 
	PRIMARY KEY (reading, phone), 
	FOREIGN KEY(reading) REFERENCES readings (id) ON DELETE CASCADE
);
INSERT INTO "sounds" VALUES('0f2ef34b-a3fb-4083-9513-63ab91a4cf9c','TH',3,61.5,2);
CREATE INDEX ix_agents_wave ON agents (wave);
CREATE INDEX ix_readings_agent ON readings (agent);
CREATE INDEX ix_reviews_agent ON reviews (agent);
CREATE INDEX ix_sessions_agent ON sessions (agent);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('readings',1);
INSERT INTO "sqlite_sequence" VALUES('reviews',1);
INSERT INTO "sqlite_sequence" VALUES('sessions',1);
COMMIT;
