-- The schema as it stands with revision 0013: what `mhc_core/db/tables` says, once more.

create table ai.api_keys (
    id bigint generated always as identity, name text not null, role text not null, key_sha256 text not null,
    created_at timestamptz default now() not null, last_used_at timestamptz, revoked_at timestamptz,
    expires_at timestamptz,
    constraint pk_api_keys primary key (id),
    constraint ck_api_keys_role check (role in ('app', 'agent', 'reviewer', 'admin')),
    constraint uq_api_keys_key_sha256 unique (key_sha256)
);

create table ai.audit_log (
    id bigint generated always as identity, at timestamptz default now() not null, actor text not null,
    action text not null, subject text not null, details jsonb default '{}'::jsonb not null,
    constraint pk_audit_log primary key (id)
);
create index ix_audit_log_at on ai.audit_log (at);
create index ix_audit_log_subject on ai.audit_log (subject);

create table ai.conversations (
    id uuid not null, source text not null, source_id text not null, channel text not null, customer_id text,
    thread_id text, status text default 'active' not null, intent text, escalation_reason text,
    escalated_at timestamptz, agent_id text, outcome text, booking_value_usd numeric(14, 6),
    started_at timestamptz not null, last_message_at timestamptz not null,
    channel_metadata jsonb default '{}'::jsonb not null, facts jsonb default '{}'::jsonb not null,
    created_at timestamptz default now() not null, updated_at timestamptz default now() not null,
    constraint pk_conversations primary key (id),
    constraint uq_conversations_source_source_id unique (source, source_id),
    constraint ck_conversations_channel check (channel in ('web', 'sms', 'email', 'instagram', 'facebook', 'phone')),
    constraint ck_conversations_status check (status in ('active', 'escalated', 'closed')),
    constraint ck_conversations_outcome check (outcome in ('booked', 'quoted', 'resolved', 'escalated', 'not_booked',
        'abandoned', 'unresolved'))
);
create index ix_conversations_customer_id_channel on ai.conversations (customer_id, channel);
create index ix_conversations_started_at on ai.conversations (started_at);
create index ix_conversations_status_last_message_at on ai.conversations (status, last_message_at);
create index ix_conversations_thread_id on ai.conversations (thread_id);

create table ai.dataset_versions (
    id text not null, train_uri text not null, validation_uri text not null, train_count integer not null,
    validation_count integer not null, last_sequence bigint not null, manifest jsonb default '{}'::jsonb not null,
    created_at timestamptz default now() not null,
    constraint pk_dataset_versions primary key (id)
);

create table ai.erasures (
    id bigint generated always as identity, customer_hash text not null, status text default 'requested' not null,
    requested_by text not null, requested_at timestamptz not null, finished_at timestamptz,
    progress jsonb default '{}'::jsonb not null, certificate jsonb,
    constraint pk_erasures primary key (id),
    constraint ck_erasures_status check (status in ('requested', 'erased', 'finished')),
    constraint uq_erasures_customer_hash unique (customer_hash)
);

create table ai.experiments (
    id bigint generated always as identity, name text not null, prompt text not null, salt text not null,
    primary_metric text not null, window_hours integer not null, status text default 'running' not null,
    started_by text not null, started_at timestamptz not null, changed_by text not null,
    changed_at timestamptz not null,
    constraint pk_experiments primary key (id),
    constraint ck_experiments_primary_metric check (primary_metric in ('contained', 'booked', 'feedback')),
    constraint ck_experiments_status check (status in ('running', 'paused', 'ended')),
    constraint ck_experiments_window_hours check (window_hours between 1 and 2160),
    constraint uq_experiments_name unique (name)
);
create unique index uq_experiments_running on ai.experiments (prompt) where status = 'running';

create table ai.installation (
    singleton boolean default true not null, salt bytea not null, created_at timestamptz default now() not null,
    constraint pk_installation primary key (singleton),
    constraint ck_installation_singleton check (singleton)
);

create table ai.knowledge_versions (
    id text not null, embedder text not null, dimensions integer not null, article_count integer not null,
    chunk_count integer not null, metrics jsonb default '{}'::jsonb not null,
    created_at timestamptz default now() not null,
    constraint pk_knowledge_versions primary key (id)
);

create table ai.prompt_versions (
    id text not null, name text not null, task text not null, content text not null,
    added_by text default 'release' not null, created_at timestamptz default now() not null,
    constraint pk_prompt_versions primary key (id)
);
create index ix_prompt_versions_name on ai.prompt_versions (name);

create table ai.scrub_terms (
    term_hash text not null, list text not null, type text not null, words smallint not null, added_by text not null,
    added_at timestamptz not null,
    constraint pk_scrub_terms primary key (term_hash),
    constraint ck_scrub_terms_list check (list in ('allow', 'deny'))
);

create table ai.version_aliases (
    id bigint generated always as identity, kind text not null, alias text not null, version_id text not null,
    moved_by text not null, reason text not null, moved_at timestamptz not null,
    constraint pk_version_aliases primary key (id),
    constraint ck_version_aliases_kind check (kind in ('model', 'knowledge', 'prompt'))
);
create index ix_version_aliases_kind_alias on ai.version_aliases (kind, alias, id desc);

create table ai.booking_requests (
    id uuid not null, conversation_id uuid not null, status text default 'requested' not null, event_on date,
    starts_at time without time zone, adults integer not null, children integer default '0' not null,
    under_six integer default '0' not null, total_usd numeric(14, 6), details jsonb default '{}'::jsonb not null,
    requested_at timestamptz not null, updated_at timestamptz not null,
    constraint pk_booking_requests primary key (id),
    constraint ck_booking_requests_status check (status in ('requested', 'confirmed', 'declined', 'withdrawn')),
    constraint uq_booking_requests_conversation_id unique (conversation_id),
    constraint fk_booking_requests_conversation_id foreign key(conversation_id) references ai.conversations (id) on
        delete cascade
);
create index ix_booking_requests_status_requested_at on ai.booking_requests (status, requested_at);

create table ai.conversation_scores (
    conversation_id uuid not null, score real not null, feedback real, outcome real, coherence real, sentiment real,
    efficiency real, weights jsonb default '{}'::jsonb not null, scorer text not null, scored_at timestamptz not null,
    scrubber text, scrubbed_at timestamptz,
    constraint pk_conversation_scores primary key (conversation_id),
    constraint ck_conversation_scores_score check (score between 0 and 1),
    constraint fk_conversation_scores_conversation_id foreign key(conversation_id) references ai.conversations (id) on
        delete cascade
);
create index ix_conversation_scores_score on ai.conversation_scores (score);

create table ai.evaluation_sets (
    id text not null, dataset_id text not null, questions integer not null,
    manifest jsonb default '{}'::jsonb not null, retired_at timestamptz,
    created_at timestamptz default now() not null,
    constraint pk_evaluation_sets primary key (id),
    constraint fk_evaluation_sets_dataset_id foreign key(dataset_id) references ai.dataset_versions (id)
);

create table ai.experiment_variants (
    experiment_id bigint not null, position smallint not null, version_id text not null, weight integer not null,
    stopped_at timestamptz, stopped_by text, stopped_because text,
    constraint pk_experiment_variants primary key (experiment_id, position),
    constraint uq_experiment_variants_experiment_id_version_id unique (experiment_id, version_id),
    constraint ck_experiment_variants_weight check (weight between 1 and 1000),
    constraint fk_experiment_variants_experiment_id foreign key(experiment_id) references ai.experiments (id),
    constraint fk_experiment_variants_version_id foreign key(version_id) references ai.prompt_versions (id)
);

create table ai.handovers (
    id bigint generated always as identity, conversation_id uuid not null, state text default 'waiting' not null,
    reason text, queue text not null, urgent boolean default false not null, opened_at timestamptz not null,
    claimed_by text, claimed_at timestamptz, closed_at timestamptz,
    constraint pk_handovers primary key (id),
    constraint ck_handovers_state check (state in ('waiting', 'claimed', 'given_back', 'resolved')),
    constraint fk_handovers_conversation_id foreign key(conversation_id) references ai.conversations (id) on delete
        cascade
);
create index ix_handovers_conversation_id on ai.handovers (conversation_id);
create index ix_handovers_state_queue_opened_at on ai.handovers (state, queue, opened_at);
create unique index uq_handovers_open on ai.handovers (conversation_id) where state in ('waiting', 'claimed');

create table ai.messages (
    id uuid not null, conversation_id uuid not null, position integer not null, role text not null,
    content text not null, intent text, confidence real, model_version_id text, prompt_version_id text,
    knowledge_version_id text, example_id uuid, citations jsonb default '[]'::jsonb not null,
    cached boolean default false not null, input_tokens integer, output_tokens integer, cost_usd numeric(14, 6),
    latency_ms real, edited_content text, edit_reason text, edited_by text, edited_at timestamptz,
    sent_at timestamptz not null, message_metadata jsonb default '{}'::jsonb not null,
    created_at timestamptz default now() not null,
    search tsvector generated always as (to_tsvector('english', left(content, 200000))) stored,
    constraint pk_messages primary key (id),
    constraint uq_messages_conversation_id_position unique (conversation_id, position),
    constraint ck_messages_role check (role in ('user', 'assistant', 'system', 'agent')),
    constraint ck_messages_intent check (intent in ('pricing', 'booking', 'menu', 'policy', 'availability', 'travel',
        'complaint', 'allergy', 'account', 'smalltalk', 'other')),
    constraint ck_messages_confidence check (confidence between 0 and 1),
    constraint fk_messages_conversation_id foreign key(conversation_id) references ai.conversations (id) on delete
        cascade
);
create index ix_messages_search on ai.messages using gin (search);
create index ix_messages_sent_at on ai.messages (sent_at);

create table ai.training_jobs (
    id bigint generated always as identity, key text not null, dataset_id text not null, provider text not null,
    base_model text not null, hyperparameters jsonb default '{}'::jsonb not null,
    status text default 'intended' not null, provider_job_id text, provider_model_id text, artifact_uri text,
    artifact_sha256 text, progress jsonb default '{}'::jsonb not null, metrics jsonb default '{}'::jsonb not null,
    estimated_cost_usd numeric(14, 6), cost_usd numeric(14, 6), error text,
    created_at timestamptz default now() not null, finished_at timestamptz, code_version text, base_licence text,
    started_at timestamptz,
    constraint pk_training_jobs primary key (id),
    constraint ck_training_jobs_status check (status in ('intended', 'submitted', 'running', 'succeeded', 'failed',
        'cancelled')),
    constraint uq_training_jobs_key unique (key),
    constraint fk_training_jobs_dataset_id foreign key(dataset_id) references ai.dataset_versions (id),
    constraint uq_training_jobs_provider_job_id unique (provider_job_id)
);
create index ix_training_jobs_dataset_id on ai.training_jobs (dataset_id);
create index ix_training_jobs_open on ai.training_jobs (id) where status in ('intended','submitted','running');

create table ai.experiment_exposures (
    experiment_id bigint not null, customer_hash text not null, position smallint not null, message_id uuid not null,
    exposed_at timestamptz not null,
    constraint pk_experiment_exposures primary key (experiment_id, customer_hash),
    constraint fk_experiment_exposures_experiment_id foreign key(experiment_id, position) references
        ai.experiment_variants (experiment_id, position),
    constraint fk_experiment_exposures_message_id foreign key(message_id) references ai.messages (id) on delete
        cascade
);
create index ix_experiment_exposures_message_id on ai.experiment_exposures (message_id);

create table ai.feedback (
    id uuid not null, source text not null, source_id text not null, conversation_id uuid not null, message_id uuid,
    customer_id text, vote text, stars smallint, helpful boolean, accurate boolean, comment text, score real,
    given_at timestamptz not null, created_at timestamptz default now() not null,
    constraint pk_feedback primary key (id),
    constraint uq_feedback_source_source_id unique (source, source_id),
    constraint ck_feedback_vote check (vote in ('up', 'down')),
    constraint ck_feedback_stars check (stars between 1 and 5),
    constraint ck_feedback_score check (score between 0 and 1),
    constraint fk_feedback_conversation_id foreign key(conversation_id) references ai.conversations (id) on delete
        cascade,
    constraint fk_feedback_message_id foreign key(message_id) references ai.messages (id) on delete cascade
);
create index ix_feedback_conversation_id on ai.feedback (conversation_id);
create index ix_feedback_given_at on ai.feedback (given_at);
create index ix_feedback_message_id on ai.feedback (message_id);

create table ai.model_versions (
    id text not null, provider text not null, base_model text not null, dataset_id text, training_job_id bigint,
    provider_model_id text, artifact_uri text, artifact_sha256 text, cost_usd numeric(14, 6) default '0' not null,
    metrics jsonb default '{}'::jsonb not null, created_at timestamptz default now() not null,
    constraint pk_model_versions primary key (id),
    constraint fk_model_versions_dataset_id foreign key(dataset_id) references ai.dataset_versions (id),
    constraint uq_model_versions_training_job_id unique (training_job_id),
    constraint fk_model_versions_training_job_id foreign key(training_job_id) references ai.training_jobs (id)
);

create table ai.response_cache (
    id bigint generated always as identity, scope_sha256 text not null, question_sha256 text not null,
    question text not null, dimensions integer not null, embedding halfvec not null,
    answer jsonb default '{}'::jsonb not null, message_id uuid not null, admitted_at timestamptz not null,
    expires_at timestamptz not null, withdrawn_at timestamptz,
    constraint pk_response_cache primary key (id),
    constraint uq_response_cache_scope_sha256_question_sha256 unique (scope_sha256, question_sha256),
    constraint fk_response_cache_message_id foreign key(message_id) references ai.messages (id) on delete cascade
);
create index ix_response_cache_embedding_384 on ai.response_cache using hnsw ((embedding::halfvec(384))
    halfvec_cosine_ops) with (m = 16, ef_construction = 64) where dimensions = 384;
create index ix_response_cache_expires_at on ai.response_cache (expires_at);
create index ix_response_cache_message_id on ai.response_cache (message_id);

create table ai.scrub_holds (
    answer_message_id uuid not null, day date not null, reason text not null, kind text not null,
    held_at timestamptz not null,
    constraint pk_scrub_holds primary key (answer_message_id),
    constraint ck_scrub_holds_kind check (kind in ('residue', 'error')),
    constraint fk_scrub_holds_answer_message_id foreign key(answer_message_id) references ai.messages (id) on delete
        cascade
);
create index ix_scrub_holds_day on ai.scrub_holds (day);

create table ai.scrub_marks (
    id bigint generated always as identity, message_id uuid not null, edited boolean default false not null,
    kind text not null, type text not null, start integer not null, "end" integer not null, marked_by text not null,
    marked_at timestamptz not null,
    constraint pk_scrub_marks primary key (id),
    constraint ck_scrub_marks_kind check (kind in ('missed', 'wrong')),
    constraint uq_scrub_marks_message_id_edited_kind_start_end unique (message_id, edited, kind, start, "end"),
    constraint fk_scrub_marks_message_id foreign key(message_id) references ai.messages (id) on delete cascade
);

create table ai.training_examples (
    id uuid not null, sequence bigint generated always as identity, conversation_id uuid not null,
    question_message_id uuid not null, answer_message_id uuid not null, customer_hash text not null,
    day date not null, channel text not null, intent text not null, origin text not null, question text not null,
    answer text not null, context jsonb default '[]'::jsonb not null, quality real not null, confidence real,
    vote text, novelty real, findings jsonb default '{}'::jsonb not null, risk text not null, language text,
    tags text[] default '{}' not null, embedder text not null, embedding halfvec not null,
    content_sha256 text not null, duplicate_of uuid, active boolean default true not null,
    verified boolean default false not null, verified_by text, verified_at timestamptz,
    created_at timestamptz default now() not null, rejected_answer text,
    constraint pk_training_examples primary key (id),
    constraint ck_training_examples_origin check (origin in ('score', 'human_edit', 'correction')),
    constraint ck_training_examples_risk check (risk in ('none', 'low', 'medium', 'high')),
    constraint ck_training_examples_intent check (intent in ('pricing', 'booking', 'menu', 'policy', 'availability',
        'travel', 'complaint', 'allergy', 'account', 'smalltalk', 'other')),
    constraint ck_training_examples_quality check (quality between 0 and 1),
    constraint uq_training_examples_sequence unique (sequence),
    constraint fk_training_examples_conversation_id foreign key(conversation_id) references ai.conversations (id) on
        delete cascade,
    constraint fk_training_examples_question_message_id foreign key(question_message_id) references ai.messages (id)
        on delete cascade,
    constraint uq_training_examples_answer_message_id unique (answer_message_id),
    constraint fk_training_examples_answer_message_id foreign key(answer_message_id) references ai.messages (id) on
        delete cascade
);
create index ix_training_examples_conversation_id on ai.training_examples (conversation_id);
create index ix_training_examples_day on ai.training_examples (day);
create index ix_training_examples_embedding_384 on ai.training_examples using hnsw ((embedding::halfvec(384))
    halfvec_cosine_ops) with (m = 16, ef_construction = 64) where active and vector_dims(embedding) = 384;
create index ix_training_examples_quality_verified on ai.training_examples (quality desc, verified) where active;
create index ix_training_examples_question_message_id on ai.training_examples (question_message_id);
create index ix_training_examples_verified_at on ai.training_examples (verified_at) where active and verified;

create table ai.webhook_deliveries (
    id uuid not null, handover_id bigint not null, attempts integer default 0 not null, due_at timestamptz not null,
    delivered_at timestamptz, given_up_at timestamptz, last_failure text,
    constraint pk_webhook_deliveries primary key (id),
    constraint fk_webhook_deliveries_handover_id foreign key(handover_id) references ai.handovers (id) on delete
        cascade
);
create index ix_webhook_deliveries_handover_id on ai.webhook_deliveries (handover_id);
create index ix_webhook_deliveries_open on ai.webhook_deliveries (due_at) where delivered_at is null and given_up_at
    is null;

create table ai.dataset_members (
    dataset_id text not null, example_id uuid not null, split text not null, position integer not null,
    constraint pk_dataset_members primary key (dataset_id, example_id),
    constraint ck_dataset_members_split check (split in ('train', 'validation')),
    constraint fk_dataset_members_dataset_id foreign key(dataset_id) references ai.dataset_versions (id) on delete
        cascade,
    constraint fk_dataset_members_example_id foreign key(example_id) references ai.training_examples (id) on delete
        cascade
);
create index ix_dataset_members_example_id on ai.dataset_members (example_id);

create table ai.evaluation_set_members (
    set_id text not null, position integer not null, example_id uuid not null, customer_hash text not null,
    day date not null, channel text not null, intent text not null, messages jsonb not null,
    constraint pk_evaluation_set_members primary key (set_id, position),
    constraint fk_evaluation_set_members_set_id foreign key(set_id) references ai.evaluation_sets (id) on delete
        cascade,
    constraint fk_evaluation_set_members_example_id foreign key(example_id) references ai.training_examples (id) on
        delete cascade
);
create index ix_evaluation_set_members_example_id on ai.evaluation_set_members (example_id);

create table ai.evaluations (
    id bigint generated always as identity, key text not null, candidate_id text not null, baseline_id text not null,
    dataset_id text not null, knowledge_version_id text, questions integer not null,
    candidate_metrics jsonb default '{}'::jsonb not null, baseline_metrics jsonb default '{}'::jsonb not null,
    difference real not null, interval_low real not null, interval_high real not null, verdict text not null,
    reasons text[] not null, differences real[] not null, created_at timestamptz default now() not null,
    evaluation_set_id text, details jsonb default '{}'::jsonb not null,
    constraint pk_evaluations primary key (id),
    constraint ck_evaluations_verdict check (verdict in ('promote', 'hold', 'reject')),
    constraint uq_evaluations_key unique (key),
    constraint fk_evaluations_candidate_id foreign key(candidate_id) references ai.model_versions (id),
    constraint fk_evaluations_baseline_id foreign key(baseline_id) references ai.model_versions (id),
    constraint fk_evaluations_dataset_id foreign key(dataset_id) references ai.dataset_versions (id),
    constraint fk_evaluations_evaluation_set_id foreign key(evaluation_set_id) references ai.evaluation_sets (id)
);
create index ix_evaluations_candidate_id on ai.evaluations (candidate_id);

create table ai.feedback_history (
    id bigint generated always as identity, feedback_id uuid not null, via text not null, vote text, stars smallint,
    helpful boolean, accurate boolean, comment text, given_at timestamptz not null,
    constraint pk_feedback_history primary key (id),
    constraint ck_feedback_history_via check (via in ('chat', 'email', 'survey', 'agent')),
    constraint fk_feedback_history_feedback_id foreign key(feedback_id) references ai.feedback (id) on delete cascade
);
create index ix_feedback_history_feedback_id_id on ai.feedback_history (feedback_id, id);

create table ai.knowledge_articles (
    id text not null, title text not null, category text not null, tags text[] default '{}' not null,
    body text not null, content_sha256 text not null, origin text not null, example_id uuid,
    active boolean default true not null, reviewed_at timestamptz not null,
    created_at timestamptz default now() not null, updated_at timestamptz default now() not null,
    constraint pk_knowledge_articles primary key (id),
    constraint ck_knowledge_articles_origin check (origin in ('file', 'learned')),
    constraint uq_knowledge_articles_example_id unique (example_id),
    constraint fk_knowledge_articles_example_id foreign key(example_id) references ai.training_examples (id) on delete
        cascade
);
create index ix_knowledge_articles_category on ai.knowledge_articles (category);
create index ix_knowledge_articles_reviewed_at on ai.knowledge_articles (reviewed_at) where active;

create table ai.response_cache_outcomes (
    id bigint generated always as identity, entry_id bigint not null, message_id uuid not null, kind text not null,
    log_odds real not null, correct boolean not null, at timestamptz not null,
    constraint pk_response_cache_outcomes primary key (id),
    constraint uq_response_cache_outcomes_entry_id_message_id_kind unique (entry_id, message_id, kind),
    constraint ck_response_cache_outcomes_kind check (kind in ('explore', 'thumb')),
    constraint fk_response_cache_outcomes_entry_id foreign key(entry_id) references ai.response_cache (id) on delete
        cascade
);

create table ai.review_items (
    id bigint generated always as identity, example_id uuid not null, priority real not null, reasons text[] not null,
    status text default 'pending' not null, created_at timestamptz default now() not null,
    constraint pk_review_items primary key (id),
    constraint ck_review_items_status check (status in ('pending', 'decided')),
    constraint uq_review_items_example_id unique (example_id),
    constraint fk_review_items_example_id foreign key(example_id) references ai.training_examples (id) on delete
        cascade
);
create index ix_review_items_queue on ai.review_items (priority desc, id) where status = 'pending';

create table ai.knowledge_chunks (
    id bigint generated always as identity, article_id text not null, title text not null, content text not null,
    content_sha256 text not null, embedder text not null, dimensions integer not null, embedding halfvec not null,
    created_at timestamptz default now() not null,
    search tsvector generated always as (to_tsvector('english', title || ' ' || content)) stored,
    constraint pk_knowledge_chunks primary key (id),
    constraint uq_knowledge_chunks_article_id_content_sha256_embedder unique (article_id, content_sha256, embedder),
    constraint fk_knowledge_chunks_article_id foreign key(article_id) references ai.knowledge_articles (id) on delete
        cascade
);
create index ix_knowledge_chunks_embedding_384 on ai.knowledge_chunks using hnsw ((embedding::halfvec(384))
    halfvec_cosine_ops) with (m = 16, ef_construction = 64) where dimensions = 384;
create index ix_knowledge_chunks_search on ai.knowledge_chunks using gin (search);

create table ai.retrieval_questions (
    id bigint generated always as identity, question text not null, article_id text not null,
    created_at timestamptz default now() not null,
    constraint pk_retrieval_questions primary key (id),
    constraint uq_retrieval_questions_question unique (question),
    constraint fk_retrieval_questions_article_id foreign key(article_id) references ai.knowledge_articles (id) on
        delete cascade
);
create index ix_retrieval_questions_article_id on ai.retrieval_questions (article_id);

create table ai.review_decisions (
    id bigint generated always as identity, item_id bigint not null, decision text not null, edited_answer text,
    reason text, decided_by text not null, decided_at timestamptz not null, bulk_filter jsonb,
    constraint pk_review_decisions primary key (id),
    constraint ck_review_decisions_decision check (decision in ('approve', 'edit', 'reject', 'skip')),
    constraint fk_review_decisions_item_id foreign key(item_id) references ai.review_items (id) on delete cascade
);
create index ix_review_decisions_decided_at on ai.review_decisions (decided_at);
create index ix_review_decisions_item_id on ai.review_decisions (item_id);

create table ai.rollouts (
    id bigint generated always as identity, model_version_id text not null, evaluation_id bigint,
    status text default 'pending' not null, created_at timestamptz default now() not null,
    updated_at timestamptz default now() not null, alias text default 'production' not null, control_id text,
    salt text, share smallint default '0' not null, holdback smallint default '0' not null, intents text[],
    approved_by text, started_at timestamptz, stage_started_at timestamptz, deadline timestamptz,
    killed_at timestamptz,
    constraint pk_rollouts primary key (id),
    constraint ck_rollouts_status check (status in ('pending', 'approved', 'shadow', 'canary', 'held', 'promoted',
        'rejected', 'rolled_back')),
    constraint ck_rollouts_share check (share in (0, 10, 50, 100)),
    constraint ck_rollouts_holdback check (holdback between 0 and 50),
    constraint uq_rollouts_model_version_id unique (model_version_id),
    constraint fk_rollouts_model_version_id foreign key(model_version_id) references ai.model_versions (id),
    constraint fk_rollouts_evaluation_id foreign key(evaluation_id) references ai.evaluations (id),
    constraint fk_rollouts_control_id foreign key(control_id) references ai.model_versions (id)
);
create unique index uq_rollouts_in_flight on ai.rollouts (alias) where status in ('shadow', 'canary', 'held');

create table ai.knowledge_version_chunks (
    version_id text not null, chunk_id bigint not null,
    constraint pk_knowledge_version_chunks primary key (version_id, chunk_id),
    constraint fk_knowledge_version_chunks_version_id foreign key(version_id) references ai.knowledge_versions (id) on
        delete cascade,
    constraint fk_knowledge_version_chunks_chunk_id foreign key(chunk_id) references ai.knowledge_chunks (id) on
        delete cascade
);
create index ix_knowledge_version_chunks_chunk_id on ai.knowledge_version_chunks (chunk_id);

create table ai.rollout_decisions (
    id bigint generated always as identity, rollout_id bigint not null, action text not null,
    decided_by text not null, decided_at timestamptz not null, evidence jsonb default '{}'::jsonb not null,
    constraint pk_rollout_decisions primary key (id),
    constraint ck_rollout_decisions_action check (action in ('approve', 'reject', 'start', 'advance', 'hold',
        'resume', 'kill', 'promote', 'rollback')),
    constraint fk_rollout_decisions_rollout_id foreign key(rollout_id) references ai.rollouts (id)
);
create index ix_rollout_decisions_rollout_id on ai.rollout_decisions (rollout_id);

create table ai.rollout_exposures (
    rollout_id bigint not null, share smallint not null, customer_hash text not null, arm text not null,
    exposed_at timestamptz not null,
    constraint pk_rollout_exposures primary key (rollout_id, share, customer_hash),
    constraint ck_rollout_exposures_arm check (arm in ('candidate', 'control')),
    constraint fk_rollout_exposures_rollout_id foreign key(rollout_id) references ai.rollouts (id)
);
create index ix_rollout_exposures_customer_hash on ai.rollout_exposures (customer_hash);

create table ai.rollout_looks (
    id bigint generated always as identity, rollout_id bigint not null, share smallint not null,
    looked_at timestamptz not null, decision text not null, reasons text[] not null, numbers jsonb not null,
    constraint pk_rollout_looks primary key (id),
    constraint fk_rollout_looks_rollout_id foreign key(rollout_id) references ai.rollouts (id)
);
create index ix_rollout_looks_rollout_id_id on ai.rollout_looks (rollout_id, id);

create table ai.rollout_shadow_pairs (
    id bigint generated always as identity, rollout_id bigint not null, intent text not null,
    similarity real not null, agrees boolean not null, candidate_confidence real not null,
    shown_confidence real not null, candidate_ms real not null, paired_at timestamptz not null,
    constraint pk_rollout_shadow_pairs primary key (id),
    constraint ck_rollout_shadow_pairs_intent check (intent in ('pricing', 'booking', 'menu', 'policy',
        'availability', 'travel', 'complaint', 'allergy', 'account', 'smalltalk', 'other')),
    constraint ck_rollout_shadow_pairs_candidate_confidence check (candidate_confidence between 0 and 1),
    constraint ck_rollout_shadow_pairs_shown_confidence check (shown_confidence between 0 and 1),
    constraint fk_rollout_shadow_pairs_rollout_id foreign key(rollout_id) references ai.rollouts (id)
);
create index ix_rollout_shadow_pairs_rollout_id on ai.rollout_shadow_pairs (rollout_id);

-- One row per day (UTC), channel and status; the unique index is what REFRESH … CONCURRENTLY needs.
create materialized view ai.conversation_stats as
select
    (c.started_at at time zone 'UTC')::date as day,
    c.channel,
    c.status,
    count(*) as conversations,
    coalesce(sum(m.messages), 0)::bigint as messages,
    count(*) filter (where c.escalated_at is not null or c.status = 'escalated') as escalated,
    count(*) filter (where c.outcome = 'booked') as booked,
    coalesce(sum(c.booking_value_usd), 0) as booking_value_usd,
    avg(s.score)::real as average_score,
    coalesce(sum(f.thumbs_up), 0)::bigint as thumbs_up,
    coalesce(sum(f.thumbs_down), 0)::bigint as thumbs_down,
    avg(f.stars)::real as average_stars,
    coalesce(sum(m.human_edits), 0)::bigint as human_edits,
    coalesce(sum(m.cost_usd), 0) as cost_usd,
    avg(m.first_answer_ms)::real as average_first_answer_ms
from ai.conversations c
left join ai.conversation_scores s on s.conversation_id = c.id
left join lateral (
    select
        count(*) as messages,
        count(*) filter (where edited_content is not null) as human_edits,
        sum(cost_usd) as cost_usd,
        (array_agg(latency_ms order by position) filter (where role = 'assistant' and latency_ms is not null))[1]
            as first_answer_ms
    from ai.messages where conversation_id = c.id
) m on true
left join lateral (
    select
        count(*) filter (where vote = 'up') as thumbs_up,
        count(*) filter (where vote = 'down') as thumbs_down,
        avg(stars) as stars
    from ai.feedback where conversation_id = c.id
) f on true
group by 1, 2, 3;
create unique index conversation_stats_key on ai.conversation_stats (day, channel, status);
